import type { Configuration, NodeId } from "../../protocol/index.js";
import { nodeIndex } from "./state.js";

/** Numbers from here on stand for a node, those from `setBase` on for a set of nodes. */
export const nodeBase = 2 ** 20;
/** Numbers from here on stand for a set of nodes. */
export const setBase = 2 ** 21;

/** Rows of numbers, one after the other. */
export class Facts {
  numbers: Int32Array = new Int32Array(1024);
  ends: Int32Array = new Int32Array(128);
  length = 0;
  count = 0;

  clear(): void {
    this.length = 0;
    this.count = 0;
  }

  /** Adds one row. */
  add(...row: readonly number[]): void {
    if (this.length + row.length > this.numbers.length) this.numbers = larger(this.numbers);
    if (this.count === this.ends.length) this.ends = larger(this.ends);
    for (const number of row) this.numbers[this.length++] = number;
    this.ends[this.count++] = this.length;
  }
}

function larger(full: Int32Array): Int32Array {
  const more = new Int32Array(2 * full.length);
  more.set(full);
  return more;
}

/** The number that stands for the node in this place. */
export function node(index: number): number {
  return nodeBase + index;
}

/** The number that stands for the node of this name; -1 for none. */
export function named(id: NodeId | null): number {
  return id === null ? -1 : node(nodeIndex(id));
}

/** The number that stands for this set of nodes. */
export function setOf(members: Configuration["voters"]): number {
  let set = 0;
  for (const { id } of members) set |= 1 << nodeIndex(id);
  return setBase + set;
}
