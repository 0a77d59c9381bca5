import { describe, expect, it } from "vitest";
import { defaultExploreOptions, explore } from "../../src/simulation/explore.js";
import { emptyWorld, exploredSettings, forkNode, nodeAtStart } from "../../src/simulation/explore-state.js";

const tiny = { ...defaultExploreOptions, depth: 6 };

describe("an exhaustive search", () => {
  it("covers a small space and finds nothing broken", () => {
    for (const from of ["fresh", "led", "torn"] as const) {
      const { exhausted, violation, states, depth } = explore({ ...tiny, from });
      expect({ exhausted, violation, depth }).toEqual({ exhausted: true, violation: null, depth: 6 });
      expect(states).toBeGreaterThan(100);
    }
  });

  it("reaches the end of a cluster of one, however deep it may go", () => {
    const { closed, violation } = explore({ ...tiny, nodes: 1, terms: 1, depth: 100 });
    expect({ closed, violation }).toEqual({ closed: true, violation: null });
  });

  it("merges states that differ only in names", () => {
    const merged = explore({ ...tiny, from: "fresh" });
    const apart = explore({ ...tiny, from: "fresh", symmetry: false });
    expect(merged.states).toBeLessThan(apart.states / 2);
    expect(merged.states).toBeGreaterThanOrEqual(apart.states / 6);
  });

  it("stops at the bound on states, and says so", () => {
    const { states, exhausted } = explore({ ...tiny, states: 50 });
    expect({ states, exhausted }).toEqual({ states: 50, exhausted: false });
  });

  it("does the same twice", () => {
    expect(explore(tiny)).toEqual(explore(tiny));
  });

  it("copies a node as structuredClone does", () => {
    const settings = exploredSettings({});
    const node = nodeAtStart(emptyWorld(3, settings), 0, settings);
    expect(forkNode(node)).toEqual(structuredClone(node));
  });

  it("refuses more nodes than it can rename", () => {
    expect(() => explore({ ...tiny, nodes: 6 })).toThrow("nodes: 6 must be from 1 to 5");
  });
});
