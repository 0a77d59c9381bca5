import type { Latency } from "../kernel/latency.js";

/** How a link loses messages: each with the same chance, or in bursts (Gilbert 1960, Elliott 1963). */
export type Loss =
  | number
  | {
      readonly burst: { readonly goodToBad: number; readonly badToGood: number; readonly lossInBad: number };
    };

/** What a rule says about one direction of one link; what it leaves out it has no opinion on. */
export interface LinkOpinion {
  /** `nothing` passes, or what is sent waits until it may pass (`later`). */
  readonly passes?: "nothing" | "later" | undefined;
  readonly latency?: Latency | undefined;
  readonly loss?: Loss | undefined;
  /** The chance that a message arrives twice. */
  readonly duplicate?: number | undefined;
}

/** Says what it thinks of the link from one node to another, by their places in the cluster; null for no opinion. */
export type LinkRule = (from: number, to: number) => LinkOpinion | null;

/** What holds for a link once every rule was asked. */
export interface LinkVerdict {
  readonly passes: "all" | "nothing" | "later";
  readonly latency: Latency | null;
  readonly loss: Loss | null;
  readonly duplicate: number | null;
}

/** The rules in force. The one installed last is asked first, and the first with an opinion wins. */
export class LinkRules {
  private readonly rules: LinkRule[] = [];
  private readonly onChange: () => void;

  constructor(onChange: () => void) {
    this.onChange = onChange;
  }

  /** Puts a rule in force; returns its removal, which is safe to call twice. */
  install(rule: LinkRule): () => void {
    this.rules.unshift(rule);
    this.onChange();
    return () => {
      const index = this.rules.indexOf(rule);
      if (index < 0) return;
      this.rules.splice(index, 1);
      this.onChange();
    };
  }

  verdict(from: number, to: number): LinkVerdict {
    let passes: LinkVerdict["passes"] = "all";
    let latency: Latency | null = null;
    let loss: Loss | null = null;
    let duplicate: number | null = null;
    for (const rule of this.rules) {
      const opinion = rule(from, to);
      if (opinion === null) continue;
      if (passes === "all" && opinion.passes !== undefined) passes = opinion.passes;
      latency ??= opinion.latency ?? null;
      loss ??= opinion.loss ?? null;
      duplicate ??= opinion.duplicate ?? null;
    }
    return { passes, latency, loss, duplicate };
  }
}
