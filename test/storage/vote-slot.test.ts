import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { configurationOf, type DurableRecord } from "../../src/protocol/index.js";
import { decodeSlot, encodeSlot, newestSlot, type Slot } from "../../src/storage/vote-slot.js";
import { aRecord } from "../support/storage.js";

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

const name = fc.string({ minLength: 1, maxLength: 12, unit: "binary" });
const member = fc.record({ id: name, address: fc.string({ maxLength: 30 }), incarnation: fc.option(name) });
const number = fc.maxSafeNat();
const record: fc.Arbitrary<DurableRecord> = fc.record({
  term: number,
  votedFor: fc.option(name),
  configuration: fc
    .tuple(
      number,
      number,
      fc.array(member, { maxLength: 4 }),
      fc.array(member, { maxLength: 2 }),
      fc.option(name),
    )
    .map((parts) => configurationOf(...parts)),
  voteHoldMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  incarnation: name,
  incarnationsMet: fc.array(fc.tuple(name, name), { maxLength: 4 }).map((met) => new Map(met)),
  startsMet: fc
    .array(
      fc.tuple(name, fc.record({ startCount: number, startNonce: name, writeCount: number, term: number })),
    )
    .map((met) => new Map(met)),
  run: fc.record({
    cluster: name,
    id: name,
    startCount: number,
    startNonce: name,
    earlierNonces: fc.array(name, { maxLength: 8 }),
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
