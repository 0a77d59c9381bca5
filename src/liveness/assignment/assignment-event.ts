import type { ZoneMode } from "../roster/liveness-event.js";
import type { MoveCause } from "./leader/lease-table.js";

/** What a leader tells of its workers and shards. */
export type AssignmentEvent =
  | {
      readonly kind: "joined" | "left" | "superseded" | "suspect" | "trusted" | "lapsed" | "evicted";
      readonly id: string;
      readonly boot: string;
    }
  /** A worker held a shard already when this leader began, and keeps it. */
  | {
      readonly kind: "claimed";
      readonly shard: string;
      readonly token: number;
      readonly id: string;
      readonly boot: string;
    }
  /** A shard was given to a worker; `from` is the life that held it before, in this term. */
  | {
      readonly kind: "given";
      readonly shard: string;
      readonly token: number;
      readonly id: string;
      readonly boot: string;
      readonly from: string | null;
      readonly cause: MoveCause;
    }
  | { readonly kind: "revoked"; readonly shard: string; readonly boot: string; readonly cause: MoveCause }
  /** Something was not done, and why not. */
  | {
      readonly kind: "refused";
      readonly boot: string;
      readonly shard: string;
      readonly reason: "tooManyWorkers" | "heldByAnother" | "impossibleToken" | "tokensUsedUp";
    }
  | { readonly kind: "graceEnded"; readonly free: number }
  | { readonly kind: "disruption"; readonly zone: string; readonly mode: ZoneMode }
  | { readonly kind: "doubt"; readonly doubts: boolean };
