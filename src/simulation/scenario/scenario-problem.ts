import type * as v from "valibot";
import { nearNames } from "../../near-names.js";

/** Something that is wrong with a scenario. */
export interface ScenarioProblem {
  /** Where: the keys from the top of the document, such as `["faults", 0, "nodes"]`; empty for the document as a whole. */
  readonly keys: readonly (string | number)[];
  /** What is there, and what must be there. */
  readonly sentence: string;
}

/** What may stand under a key that is missing. */
const examples: Readonly<Record<string, string>> = {
  cluster: "{ nodes: 3 }",
  nodes: "leader",
  between: "[leader, followers]",
  groups: "[[leader, follower1], [follower2]]",
  links: "[[leader, follower1]]",
  from: "leader",
  to: "follower1",
  rate: "0.1",
  latency: "{ uniform: [5, 15] }",
  electionTimeout: "{ minMs: 150, maxMs: 300 }",
};

/** The problem as a line of an error. */
export function problemText({ keys, sentence }: ScenarioProblem): string {
  return `${keys.length === 0 ? "the scenario" : keys.join(".")}: ${sentence}`;
}

/**
 * What an issue of the schema says of a scenario.
 * @param known the keys that there are, for one that was mistyped
 */
export function problemOf(issue: v.BaseIssue<unknown>, known: readonly string[]): ScenarioProblem {
  const keys = issue.path?.map(({ key }) => (typeof key === "number" ? key : String(key))) ?? [];
  const key = String(keys.at(-1));
  if (issue.type === "strict_object" && issue.expected === "never") {
    const [meant] = nearNames(key, known);
    const remedy = meant === undefined ? "leave it out" : `did you mean ${meant}?`;
    return {
      keys,
      sentence: `is not a known key (its value is ${shown(issue.path?.at(-1)?.value)}): ${remedy}`,
    };
  }
  if (issue.type === "strict_object" && issue.input === undefined) {
    const example = /Ms$/.test(key) ? "100" : examples[key];
    return { keys, sentence: `must be given${example === undefined ? "" : `, such as ${key}: ${example}`}` };
  }
  return { keys, sentence: `${issue.message} (it is ${shown(issue.input)})` };
}

/** A value as an error repeats it: short, on one line. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Each problem once: nodes with the same timing have the same problems. */
export function withoutRepeats(problems: readonly ScenarioProblem[]): ScenarioProblem[] {
  return [...new Map(problems.map((problem) => [problemText(problem), problem])).values()];
}
