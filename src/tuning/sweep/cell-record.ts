import { meanInterval } from "../statistics/confidence.js";
import type { QuietResult, RunsResult } from "./worker.js";

/** All that the runs of a cell came to so far, in the order of their seeds: plain data, as it stands in a state file. */
export interface CellRecord {
  readonly figures: (number | null)[];
  readonly recoveriesMs: (number | null)[];
  detectionSumMs: number;
  detectionCount: number;
  observedMs: number;
  ledMs: number;
  leaderChanges: number;
  readonly violations: string[];
  quiet: QuietResult | null;
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
    figures: [],
    recoveriesMs: [],
    detectionSumMs: 0,
    detectionCount: 0,
    observedMs: 0,
    ledMs: 0,
    leaderChanges: 0,
    violations: [],
    quiet: null,
  };
}

/** Adds the runs that follow those in the record. */
export function addRuns(record: CellRecord, result: RunsResult): void {
  record.figures.push(...result.figures);
  record.recoveriesMs.push(...result.recoveriesMs);
  record.detectionSumMs += result.detectionSumMs;
  record.detectionCount += result.detectionCount;
  record.observedMs += result.observedMs;
  record.ledMs += result.ledMs;
  record.leaderChanges += result.leaderChanges;
  record.violations.push(...result.violations);
}

/**
 * How many runs the cell shall have before it is looked at again; as many as it has if they are enough. It follows from the figures
 * of the first runs alone, looked at after the same numbers of runs each time: whoever goes on after an interruption, or works on
 * more threads, comes to the same number.
 */
export function runsWanted(
  figures: readonly (number | null)[],
  { precision, minRuns, maxRuns }: StoppingRule,
): number {
  let wanted = Math.min(hopelessRuns, minRuns);
  while (figures.length >= wanted) {
    const seen = figures.slice(0, wanted).filter((figure) => figure !== null);
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
