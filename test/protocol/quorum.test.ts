import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { quorumLargest, quorumSize, voteOutcome } from "../../src/protocol/index.js";

describe("quorum", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ])("of %i voters, %i are a majority", (voterCount, size) => {
    expect(quorumSize(voterCount)).toBe(size);
  });

  test.prop([fc.integer({ min: 1, max: 64 })])(
    "any two majorities share a voter, and one fewer is none",
    (count) => {
      expect(2 * quorumSize(count)).toBeGreaterThan(count);
      expect(2 * (quorumSize(count) - 1)).toBeLessThanOrEqual(count);
    },
  );

  it.each([
    // voters, granted, refused
    [1, 0, 0, "pending"],
    [1, 1, 0, "won"],
    [1, 0, 1, "lost"],
    [2, 1, 0, "pending"],
    [2, 1, 1, "lost"],
    [3, 1, 1, "pending"],
    [3, 2, 1, "won"],
    [3, 0, 2, "lost"],
    [4, 2, 1, "pending"],
    [4, 2, 2, "lost"],
    [4, 3, 1, "won"],
    [5, 2, 2, "pending"],
    [5, 2, 3, "lost"],
  ] as const)(
    "with %i voters, %i grants and %i refusals a round is %s",
    (voters, granted, refused, outcome) => {
      expect(voteOutcome(voters, granted, refused)).toBe(outcome);
    },
  );

  it.each([
    [[7], 7],
    [[7, 3], 3],
    [[1, 9, 5], 5],
    [[4, 1, 3, 2], 2],
    [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 6], 6],
    [[5, 5, 1, 1, 5], 5],
  ])("the largest number that a majority of %j reaches is %d", (values, largest) => {
    expect(quorumLargest([...values])).toBe(largest);
  });

  test.prop([fc.array(fc.integer(), { minLength: 1, maxLength: 9 })])(
    "a majority reaches that number, and no majority a larger one",
    (values) => {
      const largest = quorumLargest([...values]);
      const reaching = values.filter((value) => value >= largest).length;
      expect(reaching).toBeGreaterThanOrEqual(quorumSize(values.length));
      expect(values.filter((value) => value > largest).length).toBeLessThan(quorumSize(values.length));
    },
  );
});
