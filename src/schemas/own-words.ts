import type { BaseIssue } from "valibot";

/** Configures a check so that what it says continues `<setting> <value> ...` in our words: those of valibot are for programmers. */
export const ownWords = { message: sentenceOf };

/** What each validation asks for, before its requirement. */
const bounds: Readonly<Record<string, string>> = {
  min_value: "must be at least",
  max_value: "must be at most",
  gt_value: "must be above",
  lt_value: "must be below",
  regex: "must match",
};

/** What each type is called. */
const names: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  Array: "a list",
  Object: "a map",
  function: "a function",
  unknown: "something",
};

function sentenceOf({ kind, type, expected, requirement, input }: BaseIssue<unknown>): string {
  const bound = bounds[type];
  if (bound !== undefined) return `${bound} ${String(requirement)}`;
  if (type === "min_length" || type === "max_length") return lengthSentence(type, Number(requirement), input);
  if (type === "integer" || type === "safe_integer") return "must be a whole number";
  if (type === "finite") return "must be a finite number";
  if (expected === "never") return "is not known here: leave it out";
  // Of a map that lacks a key valibot expects the key's name.
  if (kind === "schema" && input === undefined) return "is missing";
  return expected === null ? "is not allowed" : `must be ${expectation(expected)}`;
}

function lengthSentence(type: string, length: number, input: unknown): string {
  const least = type === "min_length" ? "at least" : "at most";
  const what = Array.isArray(input) ? (length === 1 ? "entry" : "entries") : "characters";
  return `must have ${least} ${length} ${what}`;
}

/** `("lan" | Object)` as `lan or a map`. */
function expectation(expected: string): string {
  const choices = expected.replace(/[()]/g, "").split(" | ");
  const words = [...new Set(choices.map((choice) => names[choice] ?? choice.replace(/^"(.*)"$/, "$1")))];
  return words.length === 1 ? String(words[0]) : `one of ${words.join(", ")}`;
}
