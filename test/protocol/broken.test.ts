import { describe, expect, it } from "vitest";
import { quorumSize, voteOutcome } from "../../src/protocol/algorithms/quorum.js";
import { withVote } from "../../src/protocol/data/record.js";
import * as protocol from "../../src/protocol/index.js";
import { aFollowerOf, aLeader } from "./support/nodes.js";

describe("what the core relies on stops the node where it does not hold", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 999])(
    "time never goes back and ends never: %s ms",
    (nowMs) => {
      const node = aFollowerOf(protocol, "b");
      expect(() => node.tell({ kind: "timer" }, nowMs)).toThrow(
        `this cannot be: time went from 1000 to ${nowMs} ms`,
      );
    },
  );

  it("a quorum is one of voters, and no voter answers twice", () => {
    expect(() => quorumSize(0)).toThrow("this cannot be: a quorum of 0 voters");
    expect(() => voteOutcome(3, 2, 2)).toThrow("this cannot be: 2 votes and 2 refusals of 3 voters");
  });

  it.each([2 ** 53, 1.5, Number.NaN])("a term is a number that can be counted up: not %s", (term) => {
    const { record } = aLeader(protocol).node;
    expect(() => withVote(record, term, null)).toThrow(`this cannot be: a term of ${term}`);
  });
});
