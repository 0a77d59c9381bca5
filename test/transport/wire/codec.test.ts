import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configurationOf, highestCount, type Message, maxMemberCount } from "../../../src/protocol/index.js";
import { defaultTransportLimits } from "../../../src/transport/limits/limits.js";
import { createFrameDecoder, encodeMessage } from "../../../src/transport/wire/codec.js";
import { anyMessage, mutationsOf, outOfBounds } from "../support/messages.js";
import { aHeartbeat, aReply, oneOfEach } from "../support/nodes.js";

const decodeFrame = createFrameDecoder();

const frames = anyMessage.map((message) => encodeMessage(message));

describe("a frame", () => {
  it("is decoded to the message it was encoded from", () => {
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 0, max: 65_535 }), (message, group) => {
        expect(decodeFrame(encodeMessage(message, group))).toEqual({ ok: true, group, message });
      }),
    );
  });

  it("gives the addresses that it carries, also where all but they is what was understood last", () => {
    const at = (port: number) => [{ id: "a", address: `ws://a:${port}`, incarnation: "a-1" }];
    for (const port of [1, 2, 2, 1]) {
      const configuration = configurationOf(1, port, at(port), []);
      const message = aHeartbeat({ configuration, configurationId: configuration.id });
      expect(decodeFrame(encodeMessage(message))).toEqual({ ok: true, group: 0, message });
    }
  });

  it("names its group beside the message, not in it", () => {
    const frame = decodeFrame(encodeMessage(aHeartbeat(), 7));
    expect(frame).toMatchObject({ ok: true, group: 7 });
    expect(frame.ok && "group" in frame.message).toBe(false);
  });

  it("is small where it is sent often: a heartbeat and its reply under 75 bytes each", () => {
    const term = 123_456;
    const seq = 1_234_567;
    expect(encodeMessage(aHeartbeat({ term, seq })).length).toBeLessThan(75);
    expect(encodeMessage(aReply({ term, heartbeatTerm: term, seq })).length).toBeLessThan(75);
  });

  it("fits into the longest frame, whatever it says", () => {
    const members = Array.from({ length: maxMemberCount }, (_, index) => ({
      id: `${index}`.padStart(64, "n"),
      address: `wss://${"h".repeat(506)}`,
      incarnation: "i".repeat(64),
    }));
    const configuration = configurationOf(highestCount, highestCount, members, []);
    const message: Message = aHeartbeat({
      term: highestCount,
      seq: highestCount,
      configuration,
      configurationId: configuration.id,
      hasMetadata: false,
    });
    const text = encodeMessage(message);
    expect(Buffer.byteLength(text)).toBeLessThan(defaultTransportLimits.maxFrameBytes);
    expect(decodeFrame(text)).toEqual({ ok: true, group: 0, message });
  });
});

describe("what is no frame", () => {
  it("is never thrown about, and never let through out of bounds", () => {
    const anything = fc.oneof(
      { weight: 6, arbitrary: mutationsOf(frames) },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.json() },
    );
    let refusedCount = 0;
    let takenCount = 0;
    fc.assert(
      fc.property(anything, (text) => {
        const frame = decodeFrame(text);
        if (!frame.ok) {
          refusedCount++;
          expect(frame.problem).toMatch(/expected/);
          return;
        }
        takenCount++;
        expect(outOfBounds(frame.message)).toBeNull();
        expect(decodeFrame(encodeMessage(frame.message, frame.group))).toEqual(frame);
      }),
      { numRuns: 5000 },
    );
    // Both ways were taken often, or this shows nothing.
    expect(refusedCount).toBeGreaterThan(500);
    expect(takenCount).toBeGreaterThan(100);
  });

  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
  const member = (id: string) => [id, `ws://${id}`, null];
  const configured = (...lists: [unknown[], unknown[]]) => [
    "rv",
    0,
    1,
    true,
    1,
    null,
    [1, 1, "abc", ...lists, null],
  ];
  const refused: [string, string, string][] = [
    ["nothing", "", "expected JSON"],
    ["half a frame", '["tn",0', "expected JSON"],
    ["no array", '{"kind":"tn"}', "expected an array"],
    ["another kind", '["zz",0,1]', "expected a known kind of frame"],
    ["an inherited kind", '["__proto__",0,1]', "expected a known kind of frame"],
    ["a depth bomb", deep, "expected a known kind of frame"],
    [
      "a depth bomb in a field",
      `["tn",0,${deep}]`,
      "tn[2]: expected a whole number from 0 to 9007199253692415",
    ],
    ["an object in a field", '["tn",0,{"__proto__":1,"__proto__":2}]', "tn[2]: expected a whole number"],
    ["a field too many", '["tn",0,1,1,1]', "tn[4]: expected nothing more"],
    ["a field too few", '["tn",0]', "tn[2]: expected a whole number"],
    ["a huge term", '["tn",0,9007199254740991]', "tn[2]: expected a whole number"],
    ["an infinite term", '["tn",0,1e999]', "tn[2]: expected a whole number"],
    ["a negative term", '["tn",0,-1]', "tn[2]: expected a whole number"],
    ["a term of minus zero", '["tn",0,-0]', "tn[2]: expected a whole number"],
    ["half a term", '["tn",0,1.5]', "tn[2]: expected a whole number"],
    ["a term in quotes", '["tn",0,"1"]', "tn[2]: expected a whole number"],
    ["a group out of bounds", '["tn",65536,1]', "tn[1]: expected a group from 0 to 65535"],
    ["a digest that is none", '["hb",0,1,1,[1,1,"ABC"],null]', "hb[4][2]: expected a digest"],
    ["a long metadata", `["ln",0,1,1,1,"${"é".repeat(513)}"]`, "ln[5]: expected a shorter metadata"],
    ["an endless hold", '["hr",0,1,1,1,true,null,86400001,[1,1,"abc"]]', "hr[7]: expected milliseconds"],
    [
      "an unknown candidacy",
      '["hr",0,1,1,1,true,null,1,[1,1,"abc"],1,3,1]',
      "hr[10]: expected a known candidacy",
    ],
    ["an unknown reason", '["hr",0,1,1,1,false,"because",1,[1,1,"abc"]]', "hr[6]: expected a known reason"],
    ["a leader that is no id", '["rr",0,1,true,1,false,null,"a b",1,[1,1,"abc"]]', "rr[7]: expected an id"],
    ["no voters", JSON.stringify(configured([], [])), "rv[6]: expected a voter"],
    [
      "members out of order",
      JSON.stringify(configured([member("b"), member("a")], [])),
      "expected members sorted by id",
    ],
    [
      "a voter twice",
      JSON.stringify(configured([member("a"), member("a")], [])),
      "expected each member once",
    ],
    [
      "a voter that observes",
      JSON.stringify(configured([member("a")], [member("a")])),
      "expected each member once",
    ],
    ["another digest", JSON.stringify(configured([member("a")], [])), "expected the digest of the members"],
    [
      "an http address",
      JSON.stringify(configured([["a", "http://a", null]], [])),
      "rv[6][3][0][1]: expected a ws://",
    ],
    [
      "65 members",
      JSON.stringify(
        configured(
          Array.from({ length: 65 }, (_, index) => member(`m${index + 10}`)),
          [],
        ),
      ),
      "rv[6][3]: ",
    ],
  ];

  it.each(refused)("is refused with a reason: %s", (_name, text, problem) => {
    const frame = decodeFrame(text);
    expect(frame.ok).toBe(false);
    expect(frame.ok ? "" : frame.problem).toContain(problem);
  });

  describe("with the members understood last", () => {
    const asked = oneOfEach[4] as Message;
    type Raw = [string, number, number, boolean, number, number | null, unknown[]];
    const rawOf = (): Raw => JSON.parse(encodeMessage(asked));
    const configurationOfFrame = (raw: Raw) => {
      const frame = decodeFrame(JSON.stringify(raw));
      return frame.ok && frame.message.kind === "requestVote" ? frame.message.configuration : null;
    };

    it("shares them under another term and version", () => {
      const before = configurationOfFrame(rawOf());
      const raw = rawOf();
      raw[6][0] = 77;
      raw[6][1] = 5;
      const after = configurationOfFrame(raw);
      expect(after).toEqual({ ...before, id: { ...before?.id, term: 77, version: 5 } });
      expect(after?.voters).toBe(before?.voters);
      expect(after?.observers).toBe(before?.observers);
    });

    it("takes another address for what it is, though the digest leaves addresses out", () => {
      const before = configurationOfFrame(rawOf());
      const raw = rawOf();
      (raw[6] as unknown[][][])[3]?.[0]?.splice(1, 1, "ws://elsewhere");
      expect(configurationOfFrame(raw)?.voters[0]).toEqual({
        ...before?.voters[0],
        address: "ws://elsewhere",
      });
    });

    const changes: [string, (raw: unknown[]) => void][] = [
      ["a negative term", (raw) => raw.splice(0, 1, -1)],
      ["half a version", (raw) => raw.splice(1, 1, 0.5)],
      ["another digest", (raw) => raw.splice(2, 1, "abc")],
      ["a place more", (raw) => raw.push(null)],
      ["a place less", (raw) => raw.pop()],
      ["no list of voters", (raw) => raw.splice(3, 1, {})],
      ["a voter less", (raw) => (raw[3] as unknown[]).pop()],
      ["a voter more", (raw) => (raw[3] as unknown[]).push(member("z"))],
      ["an address that is none", (raw) => (raw[3] as unknown[][])[0]?.splice(1, 1, "http://elsewhere")],
      ["another incarnation", (raw) => (raw[3] as unknown[][])[0]?.splice(2, 1, "other")],
      ["a member of four places", (raw) => (raw[3] as unknown[][])[0]?.push(null)],
      ["an observer more", (raw) => (raw[4] as unknown[]).push(member("z"))],
      ["another cluster", (raw) => raw.splice(5, 1, "other")],
      ["a cluster id that is none", (raw) => raw.splice(5, 1, "no id")],
    ];
    it.each(changes)("refuses %s", (_what, change) => {
      expect(configurationOfFrame(rawOf())).not.toBeNull();
      const raw = rawOf();
      change(raw[6]);
      expect(decodeFrame(JSON.stringify(raw)).ok).toBe(false);
    });
  });

  it("is told without a word of what it held", () => {
    for (const frame of ['["hb",0,1,1,[1,1,"S3CRET"],null]', '["tn",0,"S3CRET"]', '["S3CRET",0]'])
      expect(JSON.stringify(decodeFrame(frame))).not.toContain("S3CRET");
  });

  it("leaves the prototypes alone", () => {
    for (const message of oneOfEach) {
      const frame = decodeFrame(encodeMessage(message).replace("[", '[{"__proto__":{"polluted":true}},'));
      expect(frame.ok).toBe(false);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
