import type { RunMetrics } from "../checks/metrics.js";
import type { Violation } from "../checks/safety.js";

/** What one run came to. */
export interface RunOutcome {
  readonly seed: number;
  readonly metrics: RunMetrics;
  /** The role (at the first fault) of the first leader after it. */
  readonly newLeaderRole: string | null;
  /** The first broken invariant, which ended the run. */
  readonly violation: (Violation & { readonly lastEvents: readonly string[] }) | null;
  readonly eventCount: number;
  readonly simulatedMs: number;
  readonly traceHash: string;
}
