import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  configurationOf,
  type DurableRecord,
  highestCount,
  isId,
  longestDurationMs,
  type Member,
} from "../../src/protocol/index.js";
import { decodeSlot, encodeSlot, newestSlot, type Slot } from "../../src/storage/vote-slot.js";
import { anyId } from "../support/names.js";
import { aRecord } from "./support/stores.js";

const room = 4096;

/** A slot as it lies on disk: the record, and behind it what a longer one left. */
function slotOf(seq: number, record: DurableRecord, behind = 0x7b): Buffer {
  const bytes = Buffer.alloc(room, behind);
  encodeSlot(seq, record).copy(bytes);
  return bytes;
}

/** What a store would open with. */
function readBack(first: Buffer, second: Buffer): DurableRecord | null {
  const newest = newestSlot(decodeSlot(first), decodeSlot(second));
  return newest.ok ? newest.slot.record : null;
}

const name = anyId;
const address = fc.stringMatching(/^wss?:\/\/[a-z][a-z0-9]{0,8}:[1-9][0-9]{0,3}$/);
const member = fc.record({ id: name, address, incarnation: fc.option(name) });
const nonce = fc.stringMatching(/^[A-Za-z0-9_-]{1,21}$/).filter(isId);
const clusterId = fc.stringMatching(/^[0-9a-z]{1,11}$/);
const number = fc.oneof(fc.nat(), fc.constant(highestCount), fc.nat({ max: highestCount }));
const record: fc.Arbitrary<DurableRecord> = fc.record({
  term: number,
  votedFor: fc.option(name),
  configuration: fc
    .tuple(
      number,
      number,
      fc.uniqueArray(member, { selector: ({ id }) => id, maxLength: 6 }),
      fc.nat(6),
      fc.option(clusterId),
    )
    .map(([term, version, members, voterCount, cluster]) =>
      configurationOf(term, version, members.slice(0, voterCount), members.slice(voterCount), cluster),
    ),
  voteHoldMs: fc.double({ min: 0, max: longestDurationMs, noNaN: true }),
  incarnation: name,
  incarnationsMet: fc.array(fc.tuple(name, name), { maxLength: 4 }).map((met) => new Map(met)),
  startsMet: fc
    .array(
      fc.tuple(name, fc.record({ startCount: number, startNonce: nonce, writeCount: number, term: number })),
    )
    .map((met) => new Map(met)),
  run: fc.record({
    cluster: name,
    id: name,
    startCount: number,
    startNonce: nonce,
    earlierNonces: fc.array(nonce, { maxLength: 8 }),
    isCopy: fc.boolean(),
  }),
  writeCount: number,
});

describe("a slot", () => {
  property.prop([number, record])("gives back exactly the record that was put in", (seq, given) => {
    // JSON has no minus zero; as a time it is the same.
    const expected = { ...given, voteHoldMs: given.voteHoldMs + 0 };
    expect(decodeSlot(encodeSlot(seq, given))).toEqual({
      state: "whole",
      seq,
      record: expected,
      bytes: encodeSlot(seq, given),
    });
  });

  test("torn at any byte is damaged, whatever record lay there before", () => {
    const before = slotOf(6, aRecord(6, { incarnation: "a-longer-incarnation" }));
    const after = slotOf(8, aRecord(8));
    const length = encodeSlot(8, aRecord(8)).length;
    for (let written = 1; written < length; written++) {
      const torn = Buffer.concat([after.subarray(0, written), before.subarray(written)]);
      const end = Buffer.concat([before.subarray(0, written), after.subarray(written)]);
      for (const slot of [torn, end]) {
        if (slot.equals(before) || slot.equals(after)) continue;
        expect(decodeSlot(slot).state).toBe("damaged");
      }
    }
  });

  test("with any one bit flipped is damaged, and then the other slot counts", () => {
    const older = slotOf(6, aRecord(6));
    const newer = slotOf(7, aRecord(7));
    const length = encodeSlot(7, aRecord(7)).length;
    for (let bit = 0; bit < length * 8; bit++) {
      const flipped = Buffer.from(newer);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(decodeSlot(flipped).state).toBe("damaged");
      expect(readBack(older, flipped)?.term).toBe(6);
      expect(readBack(flipped, older)?.term).toBe(6);
    }
  });

  property.prop([fc.uint8Array({ maxLength: 2000 }), fc.nat({ max: 2000 })], { numRuns: 300 })(
    "overwritten with anything anywhere never gives a record that nobody wrote",
    (noise, offset) => {
      const newer = slotOf(7, aRecord(7));
      Buffer.from(noise).copy(newer, offset);
      const slot = decodeSlot(newer);
      if (slot.state === "whole") expect(slot.record).toEqual(aRecord(7));
      else expect(slot.state).toBe("damaged");
    },
  );

  property.prop([fc.uint8Array({ maxLength: 400 })])(
    "of anything at all is read without a throw",
    (noise) => {
      expect(decodeSlot(Buffer.from(noise)).state).toBe("damaged");
      const header = Buffer.from(`raftbeat votes ${"0".repeat(64)} ${noise.length}\n`);
      expect(decodeSlot(Buffer.concat([header, noise])).state).toBe("damaged");
    },
  );
});

describe("what lies in a slot is held to the bounds of the wire, whoever wrote it", () => {
  const one = { id: "a", address: "ws://a:1", incarnation: null };
  const many = Array.from({ length: 65 }, (_, index) => ({ ...one, id: `n${index}` }));
  const before = aRecord(5);
  const { voters } = before.configuration;
  const withMembers = (members: readonly Member[]): Partial<DurableRecord> => ({
    configuration: configurationOf(5, 1, members, []),
  });
  const beyond: [string, Partial<DurableRecord>, RegExp][] = [
    ["a term above the highest", { term: highestCount + 1 }, /record\.term: .*, found 90071992536/],
    ["a term below 0", { term: -1 }, /record\.term: .*, found -1$/],
    ["a vote for no id", { votedFor: "constructor" }, /record\.votedFor: .*, found "constructor"$/],
    [
      "a version",
      { configuration: configurationOf(1, 0.5, voters, []) },
      /configuration\.version: .*found 0\.5/,
    ],
    ["an id", withMembers([{ ...one, id: "a b" }]), /voters\.0\.id: .*, found "a b"$/],
    ["an address", withMembers([{ ...one, address: "http://a" }]), /voters\.0\.address: .*, found "http:/],
    ["an incarnation", withMembers([{ ...one, incarnation: "" }]), /voters\.0\.incarnation: .*, found ""$/],
    ["a member twice", withMembers([one, one]), /configuration: expected each member once/],
    ["the 65th member", withMembers(many), /configuration: expected at most 64 members/],
    ["a hold of two days", { voteHoldMs: 2 * 24 * 3600 * 1000 }, /record\.voteHoldMs: .*, found 172800000$/],
    ["an incarnation of its own", { incarnation: "x".repeat(65) }, /record\.incarnation: .*found "xxx/],
    ["whom it met", { incarnationsMet: new Map([["b", "\u0000"]]) }, /incarnationsMet\.0\.1: .*u0000/],
    [
      "more met than may be members",
      { incarnationsMet: new Map(many.map(({ id }) => [id, "x"])) },
      /incarnationsMet: expected at most 64/,
    ],
  ];
  test.each(beyond)("%s is refused with the place and the value", (_what, changes, problem) => {
    expect(decodeSlot(encodeSlot(1, { ...before, ...changes }))).toMatchObject({
      state: "unknown",
      problem: expect.stringMatching(problem),
    });
  });

  test("so is a count of records", () => {
    expect(decodeSlot(encodeSlot(highestCount + 1, before))).toMatchObject({
      state: "unknown",
      problem: expect.stringMatching(/wrong at seq: expected a whole number/),
    });
  });
});

describe("of two slots", () => {
  const whole = (seq: number): Slot => decodeSlot(slotOf(seq, aRecord(seq)));
  const blank = decodeSlot(Buffer.alloc(room));
  const torn = decodeSlot(slotOf(1, aRecord(1)).fill(0, 300));
  const unknown: Slot = { state: "unknown", problem: "it is of tomorrow" };

  test.each([
    ["both of one record", whole(4), whole(4), { index: 0 }],
    ["the second newer", whole(4), whole(5), { index: 1 }],
    ["the first newer", whole(5), whole(4), { index: 0 }],
    ["the first damaged", torn, whole(5), { index: 1 }],
    ["the second damaged", whole(5), torn, { index: 0 }],
    ["the second never written", whole(5), blank, { index: 0 }],
    ["both damaged", torn, blank, { ok: false, problem: "both copies of its record are damaged" }],
    ["both foreign", blank, blank, { ok: false, problem: "it is no raftbeat vote file" }],
    ["one that no crash leaves", whole(5), unknown, { ok: false, problem: "it is of tomorrow" }],
    ["the other that no crash leaves", unknown, whole(5), { ok: false, problem: "it is of tomorrow" }],
  ])("%s", (_case, first, second, expected) => {
    expect(newestSlot(first, second)).toMatchObject(expected);
  });
});
