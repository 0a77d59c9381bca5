import fc from "fast-check";
import { expect, it } from "vitest";
import { highestCount, type Message } from "../../../src/protocol/index.js";
import { createFrameDecoder, encodeMessage } from "../../../src/transport/wire/codec.js";
import { createDecoder, createEncoder } from "../../../src/transport/wire/repeat-codec.js";
import { anyMessage, mutationsOf } from "../support/messages.js";
import { aHeartbeat, aReply } from "../support/nodes.js";

const decodeFrame = createFrameDecoder();

const seqs = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: highestCount }));
/** Mostly alike: two values of every field, and any seq. */
const heartbeats = fc
  .record({ term: fc.constantFrom(1, 2), seq: seqs, hasMetadata: fc.boolean() })
  .map(aHeartbeat);
const replies = fc
  .record({
    term: fc.constantFrom(1, 2),
    heartbeatTerm: fc.constantFrom(1, 2),
    seq: seqs,
    accepted: fc.boolean(),
    reason: fc.constantFrom(null, "staleTerm" as const),
    voteHoldMs: fc.constantFrom(150, 0.5),
    electionTimeoutMaxMs: fc.constantFrom(300, 600),
    candidacy: fc.constantFrom("open" as const, "barred" as const),
    holdsMetadata: fc.boolean(),
  })
  .map(aReply);
const streams = fc.oneof(
  fc.array(heartbeats, { maxLength: 30 }),
  fc.array(replies, { maxLength: 30 }),
  fc.array(fc.oneof(heartbeats, replies, anyMessage), { maxLength: 30 }),
);

it("messages one after the other are encoded as each alone", () => {
  fc.assert(
    fc.property(streams, (messages) => {
      const encode = createEncoder();
      expect(messages.map(encode)).toEqual(messages.map((message) => encodeMessage(message)));
    }),
    { numRuns: 1000 },
  );
});

it("frames one after the other are decoded as each alone, whatever they are", () => {
  const texts = fc.oneof(
    streams.map((messages) => messages.map((message) => encodeMessage(message))),
    fc.array(mutationsOf(fc.oneof(heartbeats, replies).map((message) => encodeMessage(message))), {
      maxLength: 30,
    }),
  );
  fc.assert(
    fc.property(texts, (frames) => {
      const decode = createDecoder(decodeFrame);
      expect(frames.map(decode)).toEqual(frames.map(decodeFrame));
    }),
    { numRuns: 2000 },
  );
});

const around = (seq: string): [string, string] => [
  `["hb",0,1,${seq},[1,1,"abc"],1]`,
  `["hr",0,1,1,${seq},true,null,150,[1,1,"abc"],300,0,0]`,
];
const strange = [
  "",
  "-1",
  "-0",
  "00",
  "01",
  "1.5",
  "1e3",
  "0x1",
  "1,1",
  " 7",
  "7 ",
  "null",
  '"7"',
  "٣",
  "9".repeat(16),
];

it.each([0, 1])("a seq is read after a frame like it as it is read first (%i)", (kind) => {
  for (const seq of [
    ...strange,
    "0",
    "7",
    "123456789012345",
    String(highestCount),
    String(highestCount + 1),
  ]) {
    const decode = createDecoder(decodeFrame);
    expect(decode(around("5")[kind] as string)).toMatchObject({ ok: true });
    expect(decode(around(seq)[kind] as string), seq).toEqual(decodeFrame(around(seq)[kind] as string));
    expect(decode(around("6")[kind] as string)).toMatchObject({ ok: true, message: { seq: 6 } });
  }
});

it("a frame of another group stays of that group where it repeats", () => {
  const decode = createDecoder(decodeFrame);
  for (const [group, seq] of [
    [7, 1],
    [7, 2],
    [0, 3],
    [7, 4],
  ] as const)
    expect(decode(encodeMessage(aHeartbeat({ seq }), group))).toMatchObject({ group, message: { seq } });
});

it("what repeats is not read again", () => {
  const idOf = (message: Message) => ("configurationId" in message ? message.configurationId : null);
  for (const message of [aHeartbeat({ seq: 1, hasMetadata: true }), aReply({ seq: 1 })]) {
    const decode = createDecoder(decodeFrame);
    const ids = [1, 2, 3].map((seq) => {
      const frame = decode(encodeMessage({ ...message, seq }));
      return frame.ok ? idOf(frame.message) : null;
    });
    expect(ids[0]).not.toBeNull();
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
  }
});
