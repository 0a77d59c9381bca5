import { meanInterval } from "../statistics/confidence.js";
import type { Baseline } from "./baseline.js";
import type { RunsResult } from "./cell-runs.js";

/** All that the runs of a cell came to so far, in the order of their seeds: plain data, as it stands in a state file. */
export interface CellRecord {
  readonly metrics: (number | null)[];
  readonly recoveriesMs: (number | null)[];
  detectionSumMs: number;
  detectionCount: number;
  observedMs: number;
  ledMs: number;
  leaderChanges: number;
  readonly violations: string[];
  baseline: Baseline | null;
}

/** When a cell has been played often enough. */
export interface StoppingRule {
  /** The half-width of the 95 % interval of the mean that is narrow enough, as a part of the mean. */
  readonly precision: number;
  readonly minRuns: number;
  readonly maxRuns: number;
}

/** So many runs, and no number among them: there will be none. */
const hopelessRuns = 20;

/** The record of a cell that nothing has been played of. */
export function emptyRecord(): CellRecord {
  return {
    metrics: [],
    recoveriesMs: [],
    detectionSumMs: 0,
    detectionCount: 0,
    observedMs: 0,
    ledMs: 0,
    leaderChanges: 0,
    violations: [],
    baseline: null,
  };
}

/** Adds the runs that follow those in the record. */
export function addRuns(record: CellRecord, result: RunsResult): void {
  record.metrics.push(...result.metrics);
  record.recoveriesMs.push(...result.recoveriesMs);
  record.detectionSumMs += result.detectionSumMs;
  record.detectionCount += result.detectionCount;
  record.observedMs += result.observedMs;
  record.ledMs += result.ledMs;
  record.leaderChanges += result.leaderChanges;
  record.violations.push(...result.violations);
}

/**
 * How many runs the cell shall have before it is looked at again; as many as it has if they are enough. It follows from the metrics
 * of the first runs alone, looked at after the same numbers of runs each time, so that an interruption and the number of threads
 * change nothing.
 */
export function runsWanted(
  metrics: readonly (number | null)[],
  { precision, minRuns, maxRuns }: StoppingRule,
): number {
  let wanted = Math.min(hopelessRuns, minRuns);
  while (metrics.length >= wanted) {
    const seen = metrics.slice(0, wanted).filter((metric) => metric !== null);
    if (wanted >= maxRuns || (seen.length === 0 && wanted >= hopelessRuns)) return wanted;
    const { mean, halfWidth } = meanInterval(seen);
    const enoughMs = precision * Math.abs(mean);
    if (wanted >= minRuns && halfWidth <= enoughMs) return wanted;
    wanted = wanted < minRuns ? minRuns : nextCount(wanted, halfWidth / enoughMs, maxRuns);
  }
  return wanted;
}

/** An interval narrows with the root of the number of runs; never more than four times as many at once, nor a handful. */
function nextCount(count: number, tooWide: number, maxRuns: number): number {
  const needed = Number.isFinite(tooWide) ? count * tooWide * tooWide * 1.05 : 4 * count;
  return Math.min(maxRuns, Math.ceil(Math.min(4 * count, Math.max(needed, 1.1 * count))));
}
