import type { AssignmentSettings } from "../assignment-settings.js";
import type { LeaseTable } from "./lease-table.js";

/** A node that assigns shards while it leads: its settings, and the table of the last term in which it led. Plain data. */
export interface Assigner {
  readonly settings: AssignmentSettings;
  /** The shards that always exist. */
  readonly fixed: ReadonlySet<string>;
  /** Workers that are given nothing, and lose what they have, by order. */
  readonly draining: Set<string>;
  /** The term in which the last step found this node leading, or null; a table of it begins with the next step (W2). */
  foundTerm: number | null;
  table: LeaseTable | null;
}

/** A node that has not led yet. */
export function createAssigner(settings: AssignmentSettings): Assigner {
  return { settings, fixed: new Set(settings.shards), draining: new Set(), foundTerm: null, table: null };
}
