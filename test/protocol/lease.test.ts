import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import * as protocol from "../../src/protocol/index.js";
import { heartbeatReply } from "./support/messages.js";
import { aFollower, aNewLeader } from "./support/nodes.js";

describe("a lease", () => {
  it.each([
    // voters, who promised how long (its own clock's ms after the heartbeat), lease after that
    ["a", {}, Number.POSITIVE_INFINITY],
    ["ab", {}, Number.NEGATIVE_INFINITY],
    ["ab", { b: 100 }, 100],
    ["abc", { b: 100 }, 100],
    ["abc", { b: 100, c: 140 }, 140],
    ["abcd", { b: 100 }, Number.NEGATIVE_INFINITY],
    ["abcd", { b: 100, d: 60 }, 60],
    ["abcde", { b: 100, c: 60, d: 80 }, 80],
    ["abcde", { b: 100, c: 60, d: 80, e: 140 }, 100],
  ] as const)("of one among %s, with promises %j, lasts %d ms", (voters, promises, lastsMs) => {
    const leader = aNewLeader(protocol, { voters, timing: { clockDriftRatio: 0 } });
    if (voters === "a") while (leader.roleName !== "leader") leader.timeOut();
    for (const [id, voteHoldMs] of Object.entries(promises))
      leader.hear(id, heartbeatReply(leader, { voteHoldMs }));
    expect(protocol.leaseUntil(leader.node) - leader.nowMs).toBe(lastsMs);
  });

  test.prop([
    fc.double({ min: 0, max: 0.19, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: 1, max: 10_000, noNaN: true }),
  ])(
    "never outlasts the promise, whatever the clocks do within the drift ratio",
    (ratio, slow, fast, holdMs) => {
      const { node } = aFollower(protocol, { timing: { clockDriftRatio: ratio } });
      const leaseTrueMs = protocol.promiseUntil(node, 0, holdMs) / (1 + slow * ratio);
      const holdTrueMs = holdMs / (1 + fast * ratio);
      expect(leaseTrueMs).toBeLessThanOrEqual(holdTrueMs * (1 + 1e-12));
    },
  );

  it("is what a fresh quorum is worth where a study switched holds off", () => {
    const leader = aNewLeader(protocol, { modes: { voteHold: false } });
    leader.hear("b", heartbeatReply(leader, { voteHoldMs: 0 }));
    expect(protocol.leaseUntil(leader.node)).toBe(leader.nowMs + 150);
  });
});
