import { type Message, type NodeId, neverWaits } from "../protocol/index.js";

/**
 * Which messages wait for the disk. A message reveals what its node has decided, so it leaves only when every write that was ordered
 * before it is durable (docs/protocol.md, "What is durable"). The driver, the exhaustive search and the tests' cluster all use this rule.
 */

/** A message that waits for writes. */
export interface HeldMessage {
  /** How many of the writes under way have to be done before it may leave; the oldest is done first. */
  readonly behind: number;
  readonly to: NodeId;
  readonly message: Message;
}

/** True for a message that leaves at once: no write is under way, or the message carries only what has long been durable. */
export function leavesAtOnce(message: Message, writesUnderWay: number): boolean {
  return writesUnderWay === 0 || neverWaits(message);
}

const none: readonly HeldMessage[] = [];

/** The oldest write is done: takes out of `held` what may leave now, in the order in which it was sent. */
export function releaseHeld(held: HeldMessage[]): readonly HeldMessage[] {
  if (held.length === 0) return none;
  let count = 0;
  while (held[count]?.behind === 1) count++;
  const released = held.splice(0, count);
  for (let index = 0; index < held.length; index++) {
    const { behind, to, message } = held[index] as HeldMessage;
    held[index] = { behind: behind - 1, to, message };
  }
  return released;
}
