import { describe, expect, it } from "vitest";
import { isSameData } from "../../../src/simulation/explore/same-data.js";

const node = () => ({
  term: 3,
  role: { name: "follower", leader: "n1" },
  met: new Map([["n2", { start: "a" }]]),
  amnesiacs: new Set(["n3"]),
  voters: [{ id: "n1" }, { id: "n2" }],
});

describe("plain data", () => {
  it("is the same where all of it is, in whatever order it was added", () => {
    expect(isSameData(node(), node())).toBe(true);
    expect(isSameData({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(isSameData(new Set([1, 2]), new Set([2, 1]))).toBe(true);
  });

  it.each([
    ["a number", { term: 4 }],
    ["a field within a field", { role: { name: "follower", leader: "n2" } }],
    ["the value of a map", { met: new Map([["n2", { start: "b" }]]) }],
    ["the key of a map", { met: new Map([["n3", { start: "a" }]]) }],
    ["the member of a set", { amnesiacs: new Set(["n1"]) }],
    ["the length of a list", { voters: [{ id: "n1" }] }],
    ["a list for a set", { amnesiacs: ["n3"] }],
    ["a field more", { more: undefined }],
    ["nothing for something", { role: null }],
  ])("is not where %s differs", (_, change) => {
    expect(isSameData(node(), { ...node(), ...change })).toBe(false);
    expect(isSameData({ ...node(), ...change }, node())).toBe(false);
  });
});
