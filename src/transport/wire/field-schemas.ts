import * as v from "valibot";
import {
  type Candidacy,
  candidacies,
  highestCount,
  isId,
  isMetadata,
  longestDurationMs,
  refusals,
} from "../../protocol/index.js";

/** What single fields of frames look like. Each message begins with "expected" and holds nothing of the frame. */

/** A term, version, seq, round or number of times. */
export const count = v.custom<number>(isCount, `expected a whole number from 0 to ${highestCount}`);
/** Milliseconds, with fractions. */
export const durationMs = v.custom<number>(
  isDuration,
  `expected milliseconds from 0 to ${longestDurationMs}`,
);
/** The name of a node, a cluster or an incarnation. */
export const id = v.pipe(v.string(), v.check(isId, "expected an id"));
/** The digest of a configuration's members. */
export const digest = v.custom<string>(isDigest, "expected a digest");
/** What a leader tells of itself. */
export const metadata = v.nullable(v.pipe(v.string(), v.check(isMetadata, "expected a shorter metadata")));
/** The number of an election group. */
export const group = v.custom<number>(isGroup, "expected a group from 0 to 65535");
/** Why something was not granted, or null. */
export const refusal = v.nullable(v.picklist(refusals, "expected a known reason"));
/** A claim that is true or not, in one character: frames that are sent often stay short. */
export const flag = v.pipe(
  v.picklist([0, 1], "expected 0 or 1"),
  v.transform((digit) => digit === 1),
);
/** Whether a node campaigns, by its index among `candidacies`. */
export const candidacy = v.pipe(
  v.picklist([0, 1, 2], "expected a known candidacy"),
  v.transform((index): Candidacy => candidacies[index]),
);
/** Term, version and digest of a configuration. */
export const configurationId = v.strictTuple([count, count, digest]);

/** What is wrong with a frame, in a short sentence that holds nothing of the frame itself. */
export function problemOf(kind: string, issue: v.BaseIssue<unknown>): string {
  const place = issue.path?.map((item) => `[${String(item.key)}]`).join("") ?? "";
  // The library's own messages quote what they got.
  const own = issue.expected === "never" ? "expected nothing more" : `expected ${issue.expected}`;
  const wanted = issue.message.startsWith("expected") ? issue.message : own;
  return `${kind}${place}: ${wanted}`;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && isWithin(value, highestCount);
}

function isGroup(value: unknown): value is number {
  return Number.isSafeInteger(value) && isWithin(value, 65_535);
}

function isDuration(value: unknown): value is number {
  return isWithin(value, longestDurationMs);
}

function isDigest(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-z]{1,11}$/.test(value);
}

/** True for a number from 0, not minus 0, to `highest`. */
function isWithin(value: unknown, highest: number): boolean {
  return typeof value === "number" && value >= 0 && value <= highest && !Object.is(value, -0);
}
