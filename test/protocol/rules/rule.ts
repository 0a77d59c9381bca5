import type { Protocol } from "../support/nodes.js";

/** One sentence of docs/protocol.md, in short, with what shows it to be kept. Planted bugs are held against it, too. */
export interface Claim {
  /** Begins with the number of the rule. */
  readonly title: string;
  /** Throws if the protocol does not keep it. */
  readonly prove: (protocol: Protocol) => void;
}

/** Names a claim. */
export function claim(title: string, prove: (protocol: Protocol) => void): Claim {
  return { title, prove };
}

/** The number of the rule that a claim belongs to; 0 for what no rule numbers. */
export function ruleOf({ title }: Claim): number {
  return Number.parseInt(title, 10) || 0;
}
