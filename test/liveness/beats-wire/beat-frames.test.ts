import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beatText, byeText, readBeat } from "../../../src/liveness/beats-wire/beat-frames.js";
import { observerHandshake, senderHandshake } from "../../../src/liveness/beats-wire/beat-handshake.js";

const sender = { id: "a", boot: "1", intervalMs: 1000, zone: "" };
const tokenPair = fc.tuple(
  fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 2 }),
  fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 2 }),
);

/** What a hello may be made of, and what it must not be. */
const field = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom("raftbeat-beats", "a", "", "0".repeat(32), "f".repeat(64), 1, -0, 1e300, 86_400_001, []),
);

describe("the frame of a beat", () => {
  it("is read as it was written, for every slot", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (slot) => {
        expect(readBeat(beatText(slot))).toEqual({ slot });
      }),
    );
    expect(readBeat(byeText)).toBe("bye");
  });

  it("is a slot, a goodbye or refused, whatever comes, and has one spelling", () => {
    const near = fc.stringMatching(/^\s?\[[-+0-9.eE, "bye\]]{0,40}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), near, fc.json()), (text) => {
        const frame = readBeat(text);
        if (frame === "bye") expect(text).toBe(byeText);
        else if (frame !== null) expect(beatText(frame.slot)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["[]", "[01]", "[-0]", "[1.0]", "[1e3]", "[9007199254740992]", "[1] ", '["bye",1]', "[[1]]", ""])(
    "is not %j",
    (text) => {
      expect(readBeat(text)).toBeNull();
    },
  );
});

describe("the handshake", () => {
  it("takes nothing but a whole hello, whatever comes", () => {
    const { hear } = observerHandshake(() => []);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(field, { maxLength: 10 }).map((all) => JSON.stringify(all)),
        ),
        (text) => {
          const heard = hear(text);
          if (heard.ok) return;
          expect(heard.refusal.detail).toMatch(/^[\x20-\x7e]{1,160}$/);
          expect(["wrongProtocol", "badFrame", "wrongToken"]).toContain(heard.refusal.reason);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("says nothing to an observer but to a whole challenge and a whole welcome, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(field, { maxLength: 6 }).map((all) => JSON.stringify(all)),
          { maxLength: 3 },
        ),
        (texts) => {
          const hear = senderHandshake(sender, ["token"]);
          for (const text of texts) expect(hear(text).next).not.toBe("up");
        },
      ),
    );
  });

  it("ends well for two that share a token, or have none, and for nobody else", () => {
    fc.assert(
      fc.property(tokenPair, ([ours, theirs]) => {
        const { opening, hear } = observerHandshake(() => ours);
        const say = senderHandshake(sender, theirs);
        const hello = say(opening);
        if (hello.next !== "say") throw new Error("no hello");
        const heard = hear(hello.text);
        const fits = ours.length === 0 ? theirs.length === 0 : ours.some((token) => theirs.includes(token));
        expect(heard.ok).toBe(fits);
        if (heard.ok) expect(say(heard.welcome)).toEqual({ next: "up" });
      }),
    );
  });

  it("takes no hello and no welcome of another connection: each proof is good for one", () => {
    const [one, other] = [observerHandshake(() => ["token"]), observerHandshake(() => ["token"])];
    const [say, sayElsewhere] = [senderHandshake(sender, ["token"]), senderHandshake(sender, ["token"])];
    const hello = say(one.opening);
    const elsewhere = sayElsewhere(other.opening);
    if (hello.next !== "say" || elsewhere.next !== "say") throw new Error("no hello");
    expect(other.hear(hello.text)).toMatchObject({ ok: false, refusal: { reason: "wrongToken" } });
    const heard = one.hear(hello.text);
    if (!heard.ok) throw new Error("refused");
    expect(sayElsewhere(heard.welcome)).toMatchObject({ next: "refuse", refusal: { reason: "wrongToken" } });
  });
});
