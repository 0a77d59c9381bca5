import { describe, expect, it } from "vitest";
import {
  type AssignmentOptions,
  resolveAssignment,
} from "../../../src/liveness/assignment/assignment-settings.js";

describe("the settings of an assignment", () => {
  it("follow from the interval of the beats", () => {
    expect(resolveAssignment({ beatIntervalMs: 1000 })).toMatchObject({
      leaseMs: 5000,
      graceMs: 5000,
      suspectMs: 2500,
      brakeMs: 50_000,
      movesAtOnce: 1,
    });
  });

  it.each([
    [{ beatIntervalMs: 1000, leaseMs: 2999 }, "leaseMs (2999) must be at least three beats (3000)"],
    [{ leaseMs: 10_000, graceMs: 9999 }, "graceMs (9999) must be at least leaseMs (10000)"],
    [{ shards: ["a", "b", "a"] }, 'shards names "a" twice'],
    [{ shards: ["a", "no name"] }, "shards.1 (no name) must be 1 to"],
    [{ leaseMs: 3_600_001 }, "leaseMs (3600001) must be a number from 30 to 3600000"],
    [{ lease: 1 }, "lease (1) is no option"],
  ])("are refused with the reason: %j", (options, sentence) => {
    expect(() => resolveAssignment(options as AssignmentOptions)).toThrow(sentence);
  });
});
