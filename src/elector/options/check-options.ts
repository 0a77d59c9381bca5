import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import { nearNames } from "../../near-names.js";
import { looksSecret, textOf, withoutPasswords } from "../../printable.js";
import { addressRule, idRule, isAddress, isId } from "../../protocol/index.js";
import { ownWords } from "../../schemas/own-words.js";

/** Checking what a service passes in: an unknown key or an impossible value is refused with its name, never passed over. */

/** The name of a node or a cluster. */
export const id = v.pipe(v.string(`must be ${idRule}`), v.check(isId, `must be ${idRule}`));

/** The address of a member. */
export const address = v.pipe(
  v.string(`must be ${addressRule}`),
  v.check(isAddress, `must be ${addressRule}`),
);

/** True or false, or left out. */
export const yesOrNo = v.optional(v.boolean("must be true or false"));

/** A function. */
export const callable = v.custom<unknown>((value) => typeof value === "function", "must be a function");

/** An object with these keys and no other. */
export function only<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, `must be an object with ${Object.keys(entries).join(", ")}`);
}

/** An object with these methods, whatever else it has: an instance of a class, say. */
export function withMethods(...names: readonly string[]) {
  return v.object(
    Object.fromEntries(names.map((name) => [name, callable])),
    `must be an object with the methods ${names.join(", ")}`,
  );
}

/**
 * Checks what was given.
 * @param whole what it is called as a whole
 * @throws RaftbeatError `invalidSettings`, one sentence with the name, its value and what is right
 */
export function checkOptions<Output>(
  schema: v.GenericSchema<unknown, Output>,
  given: unknown,
  whole: string,
): Output {
  const result = v.safeParse(schema, given, { abortEarly: true, ...ownWords });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new RaftbeatError("invalidSettings", sentenceOf(issue, whole));
}

function sentenceOf(issue: v.BaseIssue<unknown>, whole: string): string {
  const path = v.getDotPath(issue);
  const unknownKey = issue.type === "strict_object" && issue.expected === "never";
  const missing = issue.path?.at(-1)?.origin === "key" && issue.input === undefined;
  const name = path ?? whole;
  if (missing) return `${name} is missing: ${whole} ${issue.message}`;
  if (unknownKey) {
    const value = issue.path?.at(-1)?.value;
    const key = String(issue.path?.at(-1)?.key);
    const known = [...issue.message.matchAll(/\w+/g)].map(([word]) => word).filter((word) => word !== key);
    const [meant] = nearNames(key, known);
    const question = meant === undefined ? "" : `; did you mean ${meant}?`;
    return `${name} (${shown(name, value)}) is no option: ${whole} ${issue.message}${question}`;
  }
  return `${name} (${shown(name, issue.input)}) ${issue.message}`;
}

/** A value as an error repeats it: short, and nothing of what may be a secret. */
function shown(name: string, value: unknown): string {
  if (looksSecret(name)) return "not shown";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : withoutPasswords(textOf(value)).slice(0, 80);
}
