import { ascending, quantileOf } from "../../quantiles.js";
import { type Interval, meanInterval, poissonInterval, quantileInterval } from "../statistics/confidence.js";
import { paretoFront } from "../statistics/pareto.js";
import { type CellRecord, emptyRecord } from "./cell-record.js";
import type { GridCell, GridValue } from "./grid.js";
import type { SweepMetric } from "./metric.js";

/** What a cell came to. */
export interface CellSummary {
  readonly cell: number;
  readonly settings: Readonly<Record<string, GridValue>>;
  /** Why the cell was not played; null if it was. */
  readonly refused: string | null;
  readonly runs: number;
  /** The number of runs with a leader again. */
  readonly recovered: number;
  /** The metric the precision was asked of. */
  readonly metric: SweepMetric;
  readonly metricMean: number | null;
  /** Half of its 95 % interval. */
  readonly metricHalfWidth: number | null;
  readonly recoveryMs: RecoverySummary | null;
  /** From the first fault to the first node that asked for votes, on average. */
  readonly detectionMs: number | null;
  /** Leader changes an hour in the baseline runs. */
  readonly falseElectionsPerHour: number | null;
  readonly falseElectionsBetween: Interval | null;
  readonly falseElections: number;
  readonly quietHours: number;
  /** The share of the time after the first fault in which somebody led; null where `until` ends a run sooner. */
  readonly availability: number | null;
  /** The same share in the baseline runs. */
  readonly quietAvailability: number | null;
  /** What the cluster sends in the baseline runs. */
  readonly messagesPerSecond: number | null;
  /** True iff no other cell detects sooner at no more false elections. */
  readonly onFront: boolean;
  readonly violations: readonly string[];
}

/** How long it took until there was a leader again, with 95 % intervals. */
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
  metric: SweepMetric,
): CellSummary[] {
  const summaries = cells.map((cell) =>
    summaryOf(cell, records.get(cell.index) ?? emptyRecord(), metric, false),
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
  { index, settings, refusal, endsEarly }: GridCell,
  record: CellRecord,
  metric: SweepMetric,
  onFront: boolean,
): CellSummary {
  const { metrics, recoveriesMs, baseline, detectionCount, detectionSumMs, observedMs, ledMs } = record;
  const seen = metrics.filter((one) => one !== null);
  const { mean, halfWidth } = meanInterval(seen);
  const recoveries = recoveriesMs.filter((ms) => ms !== null);
  const quietHours = baseline === null ? 0 : baseline.observedMs / hourMs;
  const falseCount = poissonInterval(baseline?.falseElections ?? 0);
  const rate = (count: number) => (quietHours === 0 ? null : count / quietHours);
  return {
    cell: index,
    settings,
    refused: refusal,
    runs: metrics.length,
    recovered: recoveries.length,
    metric,
    metricMean: seen.length === 0 ? null : mean,
    metricHalfWidth: seen.length < 2 ? null : halfWidth,
    recoveryMs: recoveryOf(recoveries),
    detectionMs: detectionCount === 0 ? null : detectionSumMs / detectionCount,
    falseElectionsPerHour: rate(baseline?.falseElections ?? 0),
    falseElectionsBetween:
      quietHours === 0 ? null : { low: falseCount.low / quietHours, high: falseCount.high / quietHours },
    falseElections: baseline?.falseElections ?? 0,
    quietHours,
    // A run that ends as soon as somebody leads says nothing about the share of time in which somebody does.
    availability: observedMs === 0 || endsEarly ? null : ledMs / observedMs,
    quietAvailability:
      baseline === null || baseline.observedMs === 0 ? null : baseline.ledMs / baseline.observedMs,
    messagesPerSecond:
      baseline === null || baseline.observedMs === 0
        ? null
        : (1000 * baseline.messages) / baseline.observedMs,
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
