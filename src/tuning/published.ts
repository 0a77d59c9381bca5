/**
 * Published election times in milliseconds: Diego Ongaro, "Consensus: Bridging Theory and Practice", 2014, chapter 9 (CC-BY), of
 * which figure 16 of the Raft paper is a part. Taken from `simulations/studies/published/ongaro_quantiles.csv`; a test compares.
 */
export interface Published {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

function of(meanMs: number, p50Ms: number, p90Ms: number, p99Ms: number): Published {
  return { meanMs, p50Ms, p90Ms, p99Ms };
}

/** Raft paper, figure 16, by timeout range: five servers, two of four survivors eligible. */
export const figure16: Readonly<Record<string, Published>> = {
  "150-150": of(54561.4, 41110.52, 84948.66, 528085.05),
  "150-151": of(1536.57, 1198.65, 3132.56, 5982.07),
  "150-155": of(345.15, 287.27, 609.38, 1224.3),
  "150-175": of(163.78, 141.05, 291.17, 462.48),
  "150-200": of(156, 146.5, 193.51, 344.74),
  "150-300": of(180.71, 171.27, 244.29, 405.44),
  "12-24": of(34.68, 30.03, 53.05, 86.8),
  "25-50": of(47.87, 43.02, 73.71, 118.01),
  "50-100": of(71.36, 66.67, 95.77, 168.05),
  "100-200": of(125.45, 120.15, 165.52, 272.82),
};

/** Thesis, chapter 9, simulated wide-area cluster, by failed servers of five; equal logs first. */
export const thesisWan: readonly { readonly equal: Published; readonly unequal: Published }[] = [
  { equal: of(429.91, 409.57, 489.21, 833.61), unequal: of(492.56, 470.76, 613.97, 943.31) },
  { equal: of(468.58, 423.29, 562.96, 1006.73), unequal: of(550.39, 502.03, 782.4, 1315.38) },
  { equal: of(631.43, 468.85, 1074.04, 1932.52), unequal: of(714.55, 598.81, 1148.54, 2016.91) },
];
