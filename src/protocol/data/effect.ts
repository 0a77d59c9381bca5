import type { RequestRefusal } from "./input.js";
import type { Message, NodeId } from "./message.js";
import type { LossReason } from "./node.js";
import type { DurableRecord } from "./record.js";

/**
 * An order to the driver. One step's effects come in this order: `lost`, `persist`, `draw`, `setTimer`,
 * `send`, `answered`, `gained`.
 */
export type Effect =
  | { readonly kind: "lost"; readonly term: number; readonly reason: LossReason }
  /** Write the record; until it is durable every `send` waits, but a leader's heartbeats do not. */
  | { readonly kind: "persist"; readonly record: DurableRecord }
  /** Draw a number and tell it with `drawn` before anything else. */
  | { readonly kind: "draw" }
  /** Replaces the timer ordered before. */
  | { readonly kind: "setTimer"; readonly atMs: number }
  | { readonly kind: "send"; readonly to: NodeId; readonly message: Message }
  /** The outcome of a `transfer` or `reconfigure`. */
  | { readonly kind: "answered"; readonly request: number; readonly refusal: RequestRefusal | null }
  | { readonly kind: "gained"; readonly term: number };

/**
 * Whether what follows from the node's new state is still to be worked out, and above all a changed record to be ordered to the disk. A rule may
 * say `nothingFollows` only where neither the record nor the role has changed.
 */
export type Aftermath = "settle" | "nothingFollows";
