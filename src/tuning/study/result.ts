import type { Published } from "./published.js";
import type { StudyRow } from "./study.js";

/** One case of a study, with all that was measured. */
export interface StudyResult {
  readonly row: StudyRow;
  /** What the case is called: its labels. */
  readonly labels: Readonly<Record<string, string | number | boolean | null>>;
  /** All that was measured. */
  readonly timesMs: readonly number[];
  readonly published: Published | null;
}
