import { leaseOverlapMs } from "../dist/cli/demo/lease-overlap.js";
import { median, type Quantiles, quantiles } from "../dist/quantiles.js";
import type { Usage } from "./processes/child.js";
import { type Heard, leadersPerTermMax } from "./processes/cluster.js";
import { leasesOf } from "./processes/leases.js";
import { quantileFigures, type Row, rounded } from "./report.js";

/** What the kills of one cluster came to. */
export interface FailoversMeasured {
  readonly nodeCount: number;
  readonly killCount: number;
  /** From each kill to the next leader with a lease. */
  readonly failoverMs: readonly number[];
  /** Kills that no new leader followed in time. */
  readonly withoutLeader: number;
  readonly leadersPerTermMax: number;
}

/** The failovers beside the ideal; `ok` where every kill had its leader, and none took much longer than it must. */
export function failoverRow(measured: FailoversMeasured, ideal: Quantiles): Row {
  const { nodeCount, killCount, failoverMs, withoutLeader, leadersPerTermMax } = measured;
  const found = quantiles(failoverMs);
  const p50Ratio = (found?.p50 ?? Number.NaN) / ideal.p50;
  const p99Ratio = (found?.p99 ?? Number.NaN) / ideal.p99;
  return {
    bench: "failover",
    nodes: nodeCount,
    kills: killCount,
    of: "raftbeat",
    ...quantileFigures(found),
    withoutLeader,
    leadersPerTermMax,
    p50Ratio: rounded(p50Ratio, 3),
    p99Ratio: rounded(p99Ratio, 3),
    ok: withoutLeader === 0 && leadersPerTermMax === 1 && p50Ratio <= 1.15 && p99Ratio <= 1.5,
  };
}

/** What the handovers of one cluster came to. */
export interface HandoversMeasured {
  readonly nodeCount: number;
  readonly by: "transfer" | "SIGTERM";
  readonly handoverCount: number;
  /** From the loss announced by one process to the gain announced by another. */
  readonly handoverMs: readonly number[];
  /** How long the old leader led on while the other was elected. */
  readonly ledOnMs: readonly number[];
  readonly leadersPerTermMax: number;
}

/** The handovers; `ok` where nobody led for at most 3 ms in the median and 10 ms in the 99th percentile, and never two. */
export function handoverRow(measured: HandoversMeasured): Row {
  const { nodeCount, by, handoverCount, handoverMs, ledOnMs, leadersPerTermMax } = measured;
  const found = quantiles(handoverMs);
  const ledOn = quantileFigures(quantiles(ledOnMs), 2);
  return {
    bench: "handover",
    nodes: nodeCount,
    by,
    handovers: handoverCount,
    ...quantileFigures(found, 2),
    ok: found !== null && found.p50 <= 3 && found.p99 <= 10 && found.min >= 0 && leadersPerTermMax === 1,
    ledOnP50Ms: ledOn.p50Ms,
    ledOnP99Ms: ledOn.p99Ms,
  };
}

/** What rounds of signals came to. */
export interface StallsMeasured {
  readonly roundCount: number;
  readonly stops: number;
  readonly stoppedForMs: number;
  /** Stopped leaders that took themselves for leaders when they woke. */
  readonly leadingAfterStop: number;
  readonly heard: readonly Heard[];
}

/** The leases of all processes laid over each other; `ok` where no two overlap, no term has two leaders and no leader woke as one. */
export function stallsRow({ roundCount, stops, stoppedForMs, leadingAfterStop, heard }: StallsMeasured): Row {
  const leases = leasesOf(heard);
  const overlapMs = leaseOverlapMs(leases);
  const leadersPerTerm = leadersPerTermMax(heard);
  return {
    bench: "stalls",
    rounds: roundCount,
    stops,
    stoppedForMs,
    leadingAfterStop,
    leases: leases.length,
    leaseOverlapMs: rounded(overlapMs, 6),
    leadersPerTermMax: leadersPerTerm,
    ok: leadingAfterStop === 0 && overlapMs === 0 && leadersPerTerm === 1 && leases.length >= roundCount,
  };
}

/** What each process of some pairs used, the one that counts acknowledgements first, and the bytes that all sent, in a window of time. */
export interface Window {
  readonly usages: readonly (readonly Usage[])[];
  readonly bytes: number;
}

/** What heartbeats cost one pair of processes. */
export interface BeatCosts {
  /** CPU of both processes for a thousand heartbeats and their replies. */
  readonly cpuMsPer1000: number;
  /** Memory of one process on average, in millions of bytes. */
  readonly residentMb: number;
  /** Bytes on the wire of a heartbeat and its reply. */
  readonly wireBytes: number;
}

/**
 * The costs of a raftbeat pair and a bare pair.
 * @param both a window in which both ran, raftbeat's pair first
 * @param alone a window in which the bare pair ran by itself: what it sends is taken off what both sent
 */
export function costsOf(
  both: Window,
  alone: Window,
): { readonly raftbeat: BeatCosts; readonly bare: BeatCosts } {
  const [ofRaftbeat = [], ofBare = []] = both.usages;
  const bareBytes = alone.bytes / acknowledged(alone.usages[0]);
  const raftbeatBytes = both.bytes - bareBytes * acknowledged(ofBare);
  return {
    raftbeat: { ...costs(ofRaftbeat), wireBytes: raftbeatBytes / acknowledged(ofRaftbeat) },
    bare: { ...costs(ofBare), wireBytes: bareBytes },
  };
}

function costs(usages: readonly Usage[]): Pick<BeatCosts, "cpuMsPer1000" | "residentMb"> {
  const cpuMs = usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const residentBytes = usages.reduce((sum, { residentBytes }) => sum + residentBytes, 0) / usages.length;
  return { cpuMsPer1000: (cpuMs / acknowledged(usages)) * 1000, residentMb: residentBytes / 1e6 };
}

function acknowledged(usages: readonly Usage[] = []): number {
  return usages[0]?.acknowledged ?? Number.NaN;
}

/** Medians over all rounds; `ok` where a heartbeat costs at most 1.5 of bare ws in CPU, 1.3 in memory, and 400 bytes. */
export function heartbeatRows(
  how: Readonly<Record<string, number | boolean>>,
  raftbeat: readonly BeatCosts[],
  bare: readonly BeatCosts[],
): Row[] {
  const ratios = (of: "cpuMsPer1000" | "residentMb") =>
    raftbeat.map((costs, round) => costs[of] / (bare[round]?.[of] ?? Number.NaN));
  const cpuRatios = ratios("cpuMsPer1000");
  const cpuRatio = median(cpuRatios);
  const memoryRatio = median(ratios("residentMb"));
  const wireBytes = median(raftbeat.map((costs) => costs.wireBytes));
  return [
    {
      bench: "heartbeat",
      ...how,
      of: "raftbeat",
      ...medians(raftbeat),
      cpuRatio: rounded(cpuRatio, 2),
      cpuRatioMin: rounded(Math.min(...cpuRatios), 2),
      cpuRatioMax: rounded(Math.max(...cpuRatios), 2),
      memoryRatio: rounded(memoryRatio, 2),
      ok: cpuRatio <= 1.5 && memoryRatio <= 1.3 && wireBytes <= 400,
    },
    { bench: "heartbeat", ...how, of: "bare ws", ...medians(bare) },
  ];
}

function medians(rounds: readonly BeatCosts[]) {
  return {
    cpuMsPer1000: rounded(median(rounds.map(({ cpuMsPer1000 }) => cpuMsPer1000)), 1),
    residentMb: rounded(median(rounds.map(({ residentMb }) => residentMb)), 1),
    wireBytes: rounded(median(rounds.map(({ wireBytes }) => wireBytes)), 0),
  };
}
