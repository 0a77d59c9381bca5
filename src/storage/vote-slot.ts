import { createHash } from "node:crypto";
import * as v from "valibot";
import {
  addressRule,
  clusterIdRule,
  configurationOf,
  type DurableRecord,
  highestCount,
  idRule,
  isAddress,
  isClusterId,
  isId,
  longestDurationMs,
  longestNonceChars,
  maxEarlierNonces,
  maxMemberCount,
} from "../protocol/index.js";
import { ownWords } from "../schemas/own-words.js";

/**
 * A slot holds one record so that it can be told whether it is whole: a line of text with the SHA-256 and the length of what
 * follows, then JSON, which `head` can show. What lies behind it in the slot is left from longer records.
 */

/** The size of a slot: room for the largest configuration there may be (`protocol/data/bounds.ts`). Only what a record needs is written. */
export const slotByteCount = 64 * 1024;

/** A slot whose content was written as a whole. */
export interface WholeSlot {
  readonly state: "whole";
  /** Counts the records of a file. */
  readonly seq: number;
  readonly record: DurableRecord;
  /** The slot as it lies on disk, without what is left behind it. */
  readonly bytes: Buffer;
}

/** What a slot was found to hold. */
export type Slot =
  | WholeSlot
  /** Torn, rotten or never written; `ours` if it still begins like a slot. */
  | { readonly state: "damaged"; readonly ours: boolean }
  /** Written as a whole, and not a record: no crash does that. */
  | { readonly state: "unknown"; readonly problem: string };

/** The newest record of a file of two slots and where it lies, or why there is none that may be trusted. */
export type Newest =
  | { readonly ok: true; readonly index: 0 | 1; readonly slot: WholeSlot }
  | { readonly ok: false; readonly problem: string };

const format = 2;
const mark = "raftbeat votes ";
const headerPattern = /^raftbeat votes ([0-9a-f]{64}) (\d{1,7})\n/;
const headerByteCountMax = mark.length + 64 + 1 + 7 + 1;

/** The bytes of a slot. The caller sees to it that they are no more than a slot has. */
export function encodeSlot(seq: number, record: DurableRecord): Buffer {
  const { configuration, incarnationsMet, startsMet } = record;
  const { id, clusterId, voters, observers } = configuration;
  const stored: StoredSlot = {
    format,
    seq,
    record: {
      term: record.term,
      votedFor: record.votedFor,
      configuration: { ...id, clusterId, voters: [...voters], observers: [...observers] },
      voteHoldMs: record.voteHoldMs,
      incarnation: record.incarnation,
      incarnationsMet: [...incarnationsMet],
      startsMet: [...startsMet],
      run: { ...record.run, earlierNonces: [...record.run.earlierNonces] },
      writeCount: record.writeCount,
    },
  };
  const body = Buffer.from(`${JSON.stringify(stored)}\n`);
  return Buffer.concat([Buffer.from(`${mark}${sha256(body)} ${body.length}\n`), body]);
}

/** Reads one slot, and trusts nothing in it. */
export function decodeSlot(bytes: Buffer): Slot {
  const start = bytes.toString("latin1", 0, headerByteCountMax);
  const header = headerPattern.exec(start);
  const damaged = { state: "damaged", ours: start.startsWith(mark) } as const;
  if (header === null) return damaged;
  const whole = bytes.subarray(0, header[0].length + Number(header[2]));
  const body = whole.subarray(header[0].length);
  if (body.length !== Number(header[2]) || sha256(body) !== header[1]) return damaged;
  return decodeBody(body.toString(), whole);
}

/** Chooses between two slots: the newer whole one. What no crash can leave behind is refused, never worked around. */
export function newestSlot(first: Slot, second: Slot): Newest {
  for (const slot of [first, second])
    if (slot.state === "unknown") return { ok: false, problem: slot.problem };
  if (first.state === "whole" && (second.state !== "whole" || first.seq >= second.seq))
    return { ok: true, index: 0, slot: first };
  if (second.state === "whole") return { ok: true, index: 1, slot: second };
  const ours = [first, second].some((slot) => slot.state === "damaged" && slot.ours);
  return {
    ok: false,
    problem: ours ? "both copies of its record are damaged" : "it is no raftbeat vote file",
  };
}

function decodeBody(text: string, bytes: Buffer): Slot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { state: "unknown", problem: `its record is not JSON (${String(error)})` };
  }
  const claimed = v.safeParse(v.object({ format: v.number() }), value);
  if (claimed.success && claimed.output.format !== format)
    return {
      state: "unknown",
      problem: `it has format ${claimed.output.format}, and this raftbeat reads format ${format}`,
    };
  const parsed = v.safeParse(storedSlot, value, { abortEarly: true, ...ownWords });
  if (!parsed.success) {
    return { state: "unknown", problem: problemOf(parsed.issues[0]) };
  }
  return wholeSlot(parsed.output, bytes);
}

function wholeSlot({ seq, record }: StoredSlot, bytes: Buffer): Slot {
  const { term, version, digest, clusterId, voters, observers } = record.configuration;
  const configuration = configurationOf(term, version, voters, observers, clusterId);
  if (configuration.id.digest !== digest)
    return {
      state: "unknown",
      problem: `the digest of its configuration is ${digest} and should be ${configuration.id.digest}`,
    };
  const incarnationsMet = new Map(record.incarnationsMet);
  const startsMet = new Map(record.startsMet);
  return { state: "whole", seq, record: { ...record, configuration, incarnationsMet, startsMet }, bytes };
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const count = v.custom<number>(isCount, `expected a whole number from 0 to ${highestCount}`);
const durationMs = v.custom<number>(isDuration, `expected milliseconds from 0 to ${longestDurationMs}`);
const name = v.pipe(v.string("expected a name"), v.check(isId, `expected a name of ${idRule}`));
const address = v.pipe(v.string("expected an address"), v.check(isAddress, `expected ${addressRule}`));
const members = v.array(
  v.strictObject({ id: name, address, incarnation: v.nullable(name) }, "expected a member"),
  "expected a list",
);
const met = v.pipe(
  v.array(v.strictTuple([name, name], "expected an id and an incarnation"), "expected a list"),
  v.maxLength(maxMemberCount, `expected at most ${maxMemberCount} entries`),
  v.check((pairs) => isEachOnce(pairs.map(([id]) => id)), "expected each member once"),
);

/** Empty in a record that no process has started from yet. */
const nameOrNone = v.union([v.literal(""), name], "expected a name or nothing");
const nonce = v.pipe(
  name,
  v.maxLength(longestNonceChars, `expected at most ${longestNonceChars} characters`),
);
const startsMet = v.pipe(
  v.array(
    v.strictTuple(
      [name, v.strictObject({ startCount: count, startNonce: nonce, writeCount: count, term: count })],
      "expected an id and a start",
    ),
    "expected a list",
  ),
  v.maxLength(maxMemberCount, `expected at most ${maxMemberCount} entries`),
  v.check((pairs) => isEachOnce(pairs.map(([id]) => id)), "expected each member once"),
);
const run = v.strictObject({
  cluster: nameOrNone,
  id: nameOrNone,
  startCount: count,
  startNonce: v.union([v.literal(""), nonce], "expected a nonce or nothing"),
  earlierNonces: v.pipe(
    v.array(nonce, "expected a list"),
    v.maxLength(maxEarlierNonces, `expected at most ${maxEarlierNonces} nonces`),
  ),
  isCopy: v.boolean("expected true or false"),
});

const storedSlot = v.strictObject({
  format: v.literal(format),
  seq: count,
  record: v.strictObject({
    term: count,
    votedFor: v.nullable(name),
    configuration: v.pipe(
      v.strictObject({
        term: count,
        version: count,
        digest: v.string("expected a digest"),
        clusterId: v.nullable(
          v.pipe(v.string("expected a cluster id"), v.check(isClusterId, `expected ${clusterIdRule}`)),
        ),
        voters: members,
        observers: members,
      }),
      v.check(
        ({ voters, observers }) => voters.length + observers.length <= maxMemberCount,
        `expected at most ${maxMemberCount} members`,
      ),
      v.check(
        ({ voters, observers }) => isEachOnce([...voters, ...observers].map(({ id }) => id)),
        "expected each member once",
      ),
    ),
    voteHoldMs: durationMs,
    incarnation: name,
    incarnationsMet: met,
    startsMet,
    run,
    writeCount: count,
  }),
});

type StoredSlot = v.InferOutput<typeof storedSlot>;

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= highestCount;
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= longestDurationMs;
}

function isEachOnce(ids: readonly string[]): boolean {
  return new Set(ids).size === ids.length;
}

/** What is wrong with a record, with the place and the value. */
function problemOf(issue: v.BaseIssue<unknown>): string {
  const isUnknown = issue.type === "strict_object" && issue.expected === "never";
  const value = JSON.stringify(isUnknown ? issue.path?.at(-1)?.value : issue.input) ?? "nothing";
  const found = value.length > 120 ? `${value.slice(0, 117)}...` : value;
  const expected = isUnknown ? "expected no such field" : issue.message;
  return `its record is wrong at ${v.getDotPath(issue) ?? "its root"}: ${expected}, found ${found}`;
}
