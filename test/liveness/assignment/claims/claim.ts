import type { Rules } from "../support/play.js";

/** What a rule of docs/assignment.md promises, and how that is seen. The title begins with the rule. */
export interface Claim {
  readonly title: string;
  /** Throws where the rules do not keep it. */
  readonly prove: (rules: Rules) => void;
}

/** The rule that a claim is about. */
export function ruleOf({ title }: Claim): string {
  return title.slice(0, title.indexOf(":"));
}

/** Claims out of titles and proofs. */
export function claimsOf(proofs: Readonly<Record<string, Claim["prove"]>>): Claim[] {
  return Object.entries(proofs).map(([title, prove]) => ({ title, prove }));
}
