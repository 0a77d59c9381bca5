import { describe, expect, it } from "vitest";
import { foundingConfiguration } from "../../src/protocol/index.js";
import { type HeldMessage, leavesAtOnce, releaseHeld } from "../../src/runtime/outbox.js";
import { heartbeat, voteRequest } from "../protocol/support/messages.js";

const configuration = foundingConfiguration([{ id: "n1", address: "ws://n1", incarnation: null }]);

describe("a message", () => {
  it("leaves at once where no write is under way", () => {
    expect(leavesAtOnce(voteRequest(configuration), 0)).toBe(true);
    expect(leavesAtOnce(voteRequest(configuration), 1)).toBe(false);
  });

  it("of a leader's heartbeat waits for no write", () => {
    expect(leavesAtOnce(heartbeat(configuration), 3)).toBe(true);
  });
});

describe("what is held", () => {
  const held = (...behind: number[]): HeldMessage[] =>
    behind.map((count, index) => ({ behind: count, to: `n${index}`, message: voteRequest(configuration) }));
  const names = (some: readonly HeldMessage[]) => some.map(({ to, behind }) => `${to} behind ${behind}`);

  it("leaves with the last write before it, in the order in which it was sent", () => {
    const some = held(1, 1, 2, 3);
    expect(names(releaseHeld(some))).toEqual(["n0 behind 1", "n1 behind 1"]);
    expect(names(some)).toEqual(["n2 behind 1", "n3 behind 2"]);
    expect(names(releaseHeld(some))).toEqual(["n2 behind 1"]);
    expect(names(releaseHeld(some))).toEqual(["n3 behind 1"]);
    expect(releaseHeld(some)).toEqual([]);
  });

  it("stays where a write is done that nothing came after alone", () => {
    const some = held(2, 2);
    expect(releaseHeld(some)).toEqual([]);
    expect(names(some)).toEqual(["n0 behind 1", "n1 behind 1"]);
  });
});
