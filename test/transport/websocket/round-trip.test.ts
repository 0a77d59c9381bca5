import { describe, expect, it } from "vitest";
import { createRoundTrip } from "../../../src/transport/link/round-trip.js";
import { aHeartbeat, aReply } from "../support/nodes.js";

/** A round trip on a clock that a test sets. */
function measuring() {
  const roundTrip = createRoundTrip();
  return {
    sent: (seq: number, atMs: number, term = 3) =>
      roundTrip.onSent(aHeartbeat({ term, seq }), { nowMs: () => atMs }),
    replied: (seq: number, atMs: number, heartbeatTerm = 3) =>
      roundTrip.onReply(aReply({ heartbeatTerm, seq }), atMs),
    lastMs: roundTrip.lastMs,
    forget: roundTrip.forget,
  };
}

describe("the round trip of a heartbeat", () => {
  it("is the time from its sending to its answer, each time anew", () => {
    const { sent, replied, lastMs } = measuring();
    expect(lastMs()).toBeNull();
    sent(1, 100);
    expect(replied(1, 104)).toBe(4);
    sent(2, 150);
    expect(replied(2, 157)).toBe(7);
    expect(lastMs()).toBe(7);
  });

  it("is not counted from a heartbeat that was never answered", () => {
    const { sent, replied, lastMs } = measuring();
    sent(1, 100);
    sent(2, 200);
    // The answer to the second shows that the first was lost; it is not the answer to the first.
    expect(replied(2, 205)).toBeNull();
    expect(lastMs()).toBeNull();
    sent(3, 300);
    expect(replied(3, 309)).toBe(9);
  });

  it("is that of the heartbeat that is measured, where others are sent before it is answered", () => {
    const { sent, replied } = measuring();
    sent(1, 100);
    sent(2, 200);
    sent(3, 300);
    expect(replied(1, 310)).toBe(210);
    expect(replied(2, 311)).toBeNull();
    expect(replied(3, 312)).toBeNull();
  });

  it("takes no late answer to an earlier heartbeat for that of a later one", () => {
    const { sent, replied } = measuring();
    sent(1, 100);
    expect(replied(2, 101)).toBeNull();
    sent(3, 200);
    expect(replied(1, 201)).toBeNull();
    expect(replied(3, 250)).toBe(50);
  });

  it("takes no answer to a heartbeat of an earlier term, and begins anew in a later one", () => {
    const { sent, replied } = measuring();
    sent(5, 100, 3);
    sent(1, 200, 4);
    expect(replied(5, 201, 3)).toBeNull();
    expect(replied(1, 206, 4)).toBe(6);
  });

  it("is unknown after a lost link, and a heartbeat lost with it is never measured", () => {
    const { sent, replied, lastMs, forget } = measuring();
    sent(1, 100);
    expect(replied(1, 103)).toBe(3);
    sent(2, 200);
    forget();
    expect(lastMs()).toBeNull();
    expect(replied(2, 900)).toBeNull();
    sent(3, 1000);
    expect(replied(3, 1002)).toBe(2);
  });
});
