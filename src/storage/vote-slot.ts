import { createHash } from "node:crypto";
import * as v from "valibot";
import { ownWords } from "../own-words.js";
import { configurationOf, type DurableRecord } from "../protocol/index.js";

/**
 * A slot holds one record so that it can be told whether it is whole: a line of text with the SHA-256 and the length of what
 * follows, then JSON, which `head` can show. What lies behind it in the slot is left from longer records.
 */

/** The size of a slot: room for the largest configuration there may be (`protocol/bounds.ts`). Only what a record needs is written. */
export const slotByteCount = 64 * 1024;

/** A slot that is exactly what somebody wrote. */
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
  /** Exactly what somebody wrote, and not a record: no crash does that. */
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
  const parsed = v.safeParse(storedSlot, value, ownWords);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { state: "unknown", problem: `its record is wrong at ${v.getDotPath(issue)}: ${issue.message}` };
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

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const name = v.pipe(v.string(), v.minLength(1));
const members = v.array(v.strictObject({ id: name, address: v.string(), incarnation: v.nullable(name) }));

const storedSlot = v.strictObject({
  format: v.literal(format),
  seq: count,
  record: v.strictObject({
    term: count,
    votedFor: v.nullable(name),
    configuration: v.strictObject({
      term: count,
      version: count,
      digest: v.string(),
      clusterId: v.nullable(name),
      voters: members,
      observers: members,
    }),
    voteHoldMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
    incarnation: name,
    incarnationsMet: v.array(v.tuple([name, name])),
    startsMet: v.array(
      v.tuple([
        name,
        v.strictObject({ startCount: count, startNonce: name, writeCount: count, term: count }),
      ]),
    ),
    run: v.strictObject({
      cluster: v.string(),
      id: v.string(),
      startCount: count,
      startNonce: v.string(),
      earlierNonces: v.array(v.string()),
      isCopy: v.boolean(),
    }),
    writeCount: count,
  }),
});

type StoredSlot = v.InferOutput<typeof storedSlot>;
