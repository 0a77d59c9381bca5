import type { RunOutcome } from "../../simulation/run/outcome.js";

/** What the precision of a sweep can be asked of. */
export const sweepMetrics = ["recoveryMs", "detectionMs", "firstElectionMs", "unavailableMs"] as const;

/** What each run of a sweep gives one number of, or none. */
export type SweepMetric = (typeof sweepMetrics)[number];

/** The number that a run gives. @param detectionMs from the first fault to the first candidate; null where there was none */
export function metricOf(
  metric: SweepMetric,
  { metrics }: RunOutcome,
  detectionMs: number | null,
): number | null {
  switch (metric) {
    case "recoveryMs":
      return metrics.recoveryMs;
    case "detectionMs":
      return detectionMs;
    case "firstElectionMs":
      return metrics.firstElectionMs;
    case "unavailableMs":
      return (1 - metrics.availability) * metrics.observedMs;
  }
}
