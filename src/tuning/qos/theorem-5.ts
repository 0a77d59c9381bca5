import type { QualityOfService } from "../model/closed-forms.js";

/** How beats fare on their way, exactly. */
export interface BeatLaw {
  /** p_L: the share of beats that are lost. */
  readonly loss: number;
  /** Pr(D > ms): the share of the others that takes longer. 1 below 0. */
  readonly exceeds: (ms: number) => number;
}

/** How finely an interval is divided to integrate over it. */
const panels = 4000;

/**
 * The quality of service of NFD-S (Chen, Toueg and Aguilera 2002, theorem 5): with `k = ceil(delta/eta)`, the chance that beat i + j has not come by
 * `tau_i + x` is `p_j(x) = p_L + (1 - p_L) Pr(D > delta + x - j eta)`; `u(x)` is their product over j = 0..k, `q_0 = (1 - p_L) Pr(D < delta + eta)` that the
 * beat before is in time, and `p_s = q_0 u(0)` that a mistake begins at a freshness point. `E[T_MR] = eta/p_s`,
 * `E[T_M] = integral of u from 0 to eta / p_s`. The integral is Simpson's, of 4000 panels.
 */
export function theorem5(
  { loss, exceeds }: BeatLaw,
  intervalMs: number,
  shiftMs: number,
): QualityOfService & { readonly detectionMs: number } {
  const last = Math.ceil(shiftMs / intervalMs);
  const missing = (ms: number): number => loss + (1 - loss) * (ms < 0 ? 1 : exceeds(ms));
  const allMissing = (xMs: number): number => {
    let product = 1;
    for (let j = 0; j <= last && product > 0; j++) product *= missing(shiftMs + xMs - j * intervalMs);
    return product;
  };
  const begins = (1 - missing(shiftMs + intervalMs)) * allMissing(0);
  let sum = allMissing(0) + allMissing(intervalMs);
  for (let panel = 1; panel < panels; panel++)
    sum += (panel % 2 === 1 ? 4 : 2) * allMissing((panel * intervalMs) / panels);
  const suspectedMs = (sum * intervalMs) / panels / 3;
  return {
    detectionMs: intervalMs + shiftMs,
    mistakeRecurrenceMs: intervalMs / begins,
    mistakeDurationMs: suspectedMs / begins,
    queryAccuracy: 1 - suspectedMs / intervalMs,
  };
}
