import type { Interval } from "../statistics/confidence.js";
import type { CellSummary } from "./cell-summary.js";

/** A table of all cells, one a line, the settings first (RFC 4180). */
export function sweepCsv(paths: readonly string[], summaries: readonly CellSummary[]): string {
  const names = Object.keys(columnsOf(emptyCell));
  const rows = summaries.map((summary) => [
    ...paths.map((path) => summary.settings[path]),
    ...Object.values(columnsOf(summary)),
  ]);
  return [[...paths, ...names], ...rows].map((row) => `${row.map(fieldOf).join(",")}\r\n`).join("");
}

function columnsOf(summary: CellSummary) {
  const { recoveryMs } = summary;
  const between = (name: string, interval: Interval | null | undefined) => ({
    [`${name}Low`]: interval?.low ?? null,
    [`${name}High`]: interval?.high ?? null,
  });
  return {
    runs: summary.runs,
    recovered: summary.recovered,
    recoveryMeanMs: recoveryMs?.mean ?? null,
    ...between("recoveryMeanMs", recoveryMs?.meanBetween),
    recoveryP50Ms: recoveryMs?.p50 ?? null,
    ...between("recoveryP50Ms", recoveryMs?.p50Between),
    recoveryP90Ms: recoveryMs?.p90 ?? null,
    ...between("recoveryP90Ms", recoveryMs?.p90Between),
    recoveryP99Ms: recoveryMs?.p99 ?? null,
    ...between("recoveryP99Ms", recoveryMs?.p99Between),
    detectionMs: summary.detectionMs,
    falseElectionsPerHour: summary.falseElectionsPerHour,
    ...between("falseElectionsPerHour", summary.falseElectionsBetween),
    quietHours: summary.quietHours,
    availability: summary.availability,
    quietAvailability: summary.quietAvailability,
    messagesPerSecond: summary.messagesPerSecond,
    metric: summary.metric,
    metricMean: summary.metricMean,
    metricHalfWidth: summary.metricHalfWidth,
    onFront: summary.onFront,
    violations: summary.violations.length,
    refused: summary.refused,
  };
}

/** Names the columns of a table without rows. */
const emptyCell: CellSummary = {
  cell: 0,
  settings: {},
  refused: null,
  runs: 0,
  recovered: 0,
  metric: "recoveryMs",
  metricMean: null,
  metricHalfWidth: null,
  recoveryMs: null,
  detectionMs: null,
  falseElectionsPerHour: null,
  falseElectionsBetween: null,
  falseElections: 0,
  quietHours: 0,
  availability: null,
  quietAvailability: null,
  messagesPerSecond: null,
  onFront: false,
  violations: [],
};

function fieldOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
