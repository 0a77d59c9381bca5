import { describe, expect, it } from "vitest";
import { createOutlook, silentTimeouts } from "../../src/elector/outlook/outlook.js";
import * as protocol from "../../src/protocol/index.js";
import { aCandidate } from "../protocol/support/nodes.js";

describe("a peer with a link that answers nothing", () => {
  it("is told once it was linked for long enough, however often the link was made anew", () => {
    const { node } = aCandidate(protocol);
    const { quorumTimeoutMs } = node.settings;
    let nowMs = 0;
    let isLinked = true;
    const world = { nowMs: () => nowMs, linkProblem: () => null, obstacles: () => [] };
    const outlook = createOutlook(node, { ...world, isConnected: (id) => id === "b" && isLinked });
    /** Lets quorum timeouts pass, with two looks in each. */
    const pass = (timeouts: number): void => {
      for (let look = 0; look < 2 * timeouts; look++) {
        nowMs += quorumTimeoutMs / 2;
        outlook.look();
      }
    };
    outlook.look();
    pass(silentTimeouts - 1);
    isLinked = false;
    pass(100);
    isLinked = true;
    // A path that has just healed: nothing could be answered while there was no link.
    expect(outlook.isDeaf("b")).toBe(false);
    pass(silentTimeouts);
    expect(outlook.isDeaf("b")).toBe(true);
    expect(outlook.isDeaf("c")).toBe(false);
    isLinked = false;
    expect(outlook.isDeaf("b")).toBe(false);
  });
});
