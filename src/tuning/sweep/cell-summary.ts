import { ascending, quantileOf } from "../../quantiles.js";
import { type Interval, meanInterval, poissonInterval, quantileInterval } from "../statistics/confidence.js";
import { paretoFront } from "../statistics/pareto.js";
import { type CellRecord, emptyRecord } from "./cell-record.js";
import type { GridCell, GridValue } from "./grid.js";
import type { SweepFigure } from "./worker.js";

/** What a cell came to. */
export interface CellSummary {
  readonly cell: number;
  readonly settings: Readonly<Record<string, GridValue>>;
  /** Why the cell was not played; null if it was. */
  readonly refused: string | null;
  readonly runs: number;
  /** The number of runs in which somebody led again. */
  readonly recovered: number;
  /** The figure the precision was asked of. */
  readonly figure: SweepFigure;
  readonly figureMean: number | null;
  /** Half of its 95 % interval. */
  readonly figureHalfWidth: number | null;
  readonly recoveryMs: RecoverySummary | null;
  /** From the first fault to the first node that asked for votes, on average. */
  readonly detectionMs: number | null;
  /** Leader changes an hour in the twin runs without faults. */
  readonly falseElectionsPerHour: number | null;
  readonly falseElectionsBetween: Interval | null;
  readonly falseElections: number;
  readonly quietHours: number;
  /** The share of the time after the first fault in which somebody led; null where `until` ends a run sooner. */
  readonly availability: number | null;
  /** The same share in the twin runs without faults. */
  readonly quietAvailability: number | null;
  /** What the cluster sends in the twin runs without faults. */
  readonly messagesPerSecond: number | null;
  /** True iff no other cell detects sooner at no more false elections. */
  readonly onFront: boolean;
  readonly violations: readonly string[];
}

/** How long it took until somebody led again, with 95 % intervals. */
export interface RecoverySummary {
  readonly mean: number;
  readonly meanBetween: Interval | null;
  readonly p50: number;
  readonly p50Between: Interval | null;
  readonly p90: number;
  readonly p90Between: Interval | null;
  readonly p99: number;
  readonly p99Between: Interval | null;
}

const hourMs = 3_600_000;

/** Sums up every cell of a grid, refused ones too, in the order of the grid. */
export function summarizeCells(
  cells: readonly GridCell[],
  records: ReadonlyMap<number, CellRecord>,
  figure: SweepFigure,
): CellSummary[] {
  const summaries = cells.map((cell) =>
    summaryOf(cell, records.get(cell.place) ?? emptyRecord(), figure, false),
  );
  const played = summaries.filter(
    ({ detectionMs, falseElectionsPerHour }) => detectionMs !== null && falseElectionsPerHour !== null,
  );
  const front = new Set(
    paretoFront(
      played,
      ({ detectionMs }) => detectionMs as number,
      ({ falseElectionsPerHour }) => falseElectionsPerHour as number,
    ),
  );
  return summaries.map((summary) => (front.has(summary) ? { ...summary, onFront: true } : summary));
}

function summaryOf(
  { place, settings, scenario, refusal }: GridCell,
  record: CellRecord,
  figure: SweepFigure,
  onFront: boolean,
): CellSummary {
  const { figures, recoveriesMs, quiet, detectionCount, detectionSumMs, observedMs, ledMs } = record;
  const seen = figures.filter((one) => one !== null);
  const { mean, halfWidth } = meanInterval(seen);
  const recoveries = recoveriesMs.filter((ms) => ms !== null);
  const quietHours = quiet === null ? 0 : quiet.observedMs / hourMs;
  const falseCount = poissonInterval(quiet?.falseElections ?? 0);
  const rate = (count: number) => (quietHours === 0 ? null : count / quietHours);
  return {
    cell: place,
    settings,
    refused: refusal,
    runs: figures.length,
    recovered: recoveries.length,
    figure,
    figureMean: seen.length === 0 ? null : mean,
    figureHalfWidth: seen.length < 2 ? null : halfWidth,
    recoveryMs: recoveryOf(recoveries),
    detectionMs: detectionCount === 0 ? null : detectionSumMs / detectionCount,
    falseElectionsPerHour: rate(quiet?.falseElections ?? 0),
    falseElectionsBetween:
      quietHours === 0 ? null : { low: falseCount.low / quietHours, high: falseCount.high / quietHours },
    falseElections: quiet?.falseElections ?? 0,
    quietHours,
    // A run that ends as soon as somebody leads says nothing about the share of time in which somebody does.
    availability: observedMs === 0 || scenario?.until !== undefined ? null : ledMs / observedMs,
    quietAvailability: quiet === null || quiet.observedMs === 0 ? null : quiet.ledMs / quiet.observedMs,
    messagesPerSecond:
      quiet === null || quiet.observedMs === 0 ? null : (1000 * quiet.messages) / quiet.observedMs,
    onFront,
    violations: record.violations,
  };
}

function recoveryOf(recoveriesMs: readonly number[]): RecoverySummary | null {
  if (recoveriesMs.length === 0) return null;
  const sorted = ascending(recoveriesMs);
  const { mean, halfWidth } = meanInterval(recoveriesMs);
  return {
    mean,
    meanBetween: Number.isFinite(halfWidth) ? { low: mean - halfWidth, high: mean + halfWidth } : null,
    p50: quantileOf(sorted, 0.5),
    p50Between: quantileInterval(sorted, 0.5),
    p90: quantileOf(sorted, 0.9),
    p90Between: quantileInterval(sorted, 0.9),
    p99: quantileOf(sorted, 0.99),
    p99Between: quantileInterval(sorted, 0.99),
  };
}
