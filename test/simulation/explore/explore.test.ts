import { describe, expect, it } from "vitest";
import { keyFinder } from "../../../src/simulation/explore/canonical-state.js";
import {
  defaultExploreOptions,
  type ExploreOptions,
  explore,
} from "../../../src/simulation/explore/explore.js";
import { type Move, movesFrom, take } from "../../../src/simulation/explore/moves.js";
import { startOf } from "../../../src/simulation/explore/start.js";
import {
  emptyWorld,
  exploredSettings,
  forkNode,
  nodeAtStart,
  type World,
} from "../../../src/simulation/explore/state.js";
import type { Rules } from "../../../src/simulation/explore/transition.js";

const tiny = { ...defaultExploreOptions, depth: 6 };

function rulesOf({ modes, inFlight, disks, copies }: ExploreOptions): Rules {
  return { settings: exploredSettings(modes), inFlight, disks, hasCopies: copies > 0 };
}

/** The states that one move leads to, by their keys. */
function nextOf(world: World, options: ExploreOptions, keyOf: (world: World) => string): Map<string, World> {
  const own = keyOf(world);
  const next = new Map<string, World>();
  for (const move of movesFrom(world, options)) {
    const moved = take(world, move, rulesOf(options));
    const key = moved === null ? own : keyOf(moved.world);
    if (moved !== null && key !== own) next.set(key, moved.world);
  }
  return next;
}

/** How many states pass for one that was seen before although something else can follow from them. */
function wronglyMerged(options: ExploreOptions): { merged: number; wrong: number } {
  const find = keyFinder(options.nodes, options.symmetry, options);
  const keyOf = (world: World) => Object.values(find(world)).join();
  const start = startOf(options.nodes, options.from, rulesOf(options));
  const seen = new Map([[keyOf(start), nextOf(start, options, keyOf)]]);
  let frontier = [...seen.values()];
  let [merged, wrong] = [0, 0];
  for (let depth = 1; depth < options.depth; depth++) {
    const further: typeof frontier = [];
    for (const [key, world] of frontier.flatMap((next) => [...next])) {
      const next = nextOf(world, options, keyOf);
      const known = seen.get(key);
      if (known === undefined) {
        seen.set(key, next);
        further.push(next);
        continue;
      }
      merged++;
      if (known.size !== next.size || [...next.keys()].some((other) => !known.has(other))) wrong++;
    }
    frontier = further;
  }
  return { merged, wrong };
}

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

  it("merges only states from which the same can follow", () => {
    for (const options of [
      { from: "led", depth: 5 },
      { from: "led", depth: 5, forgeries: 1 },
      { from: "led", depth: 5, copies: 1 },
      { from: "fresh", disks: "instant", depth: 7, copies: 1 },
    ] as const) {
      const { merged, wrong } = wronglyMerged({ ...tiny, ...options });
      expect(merged).toBeGreaterThan(30);
      expect(wrong).toBe(0);
    }
  });

  it("counts what it did, where there are no outsiders and no copies", () => {
    const { states, transitions } = explore({ ...tiny, from: "led" });
    expect({ states, transitions }).toEqual({ states: 909, transitions: 1654 });
  });

  it("lets outsiders speak, of whom nothing comes but that members are asked", () => {
    const { violation, states } = explore({ ...tiny, forgeries: 1 });
    expect(violation).toBeNull();
    expect(states).toBeGreaterThan(explore(tiny).states);
    const instant = { ...tiny, disks: "instant" } as const;
    const world = startOf(3, "led", rulesOf(instant));
    const said = movesFrom(world, { ...instant, forgeries: 1 })
      .filter(({ kind }) => kind === "forge")
      .flatMap((move) => take(world, move, rulesOf(instant))?.world ?? []);
    expect(said.length).toBeGreaterThan(0);
    for (const { inFlight, disks } of said) {
      expect(disks).toEqual(world.disks);
      const sent = inFlight.filter((flight) => !world.inFlight.includes(flight));
      expect(sent.map(({ message }) => [message.kind, message.term])).toEqual([
        ["requestVote", 0],
        ["requestVote", 0],
      ]);
    }
  });

  it("refuses more nodes than it can rename", () => {
    expect(() => explore({ ...tiny, nodes: 6 })).toThrow("nodes: 6 must be from 1 to 5");
  });
});

describe("a disk that is put back in a search", () => {
  const options = { ...tiny, from: "torn", disks: "instant", modes: { preVote: false }, copies: 1 } as const;
  const rules = rulesOf(options);
  const start = startOf(3, "torn", rules);
  const reached = (...moves: readonly Move[]): World =>
    moves.reduce((world, move) => take(world, move, rules)?.world ?? world, start);
  const movesOf = (world: World, kind: Move["kind"]): Move[] =>
    movesFrom(world, options).filter((move) => move.kind === kind);
  /** The move that brings a message from one place to another. */
  const flight = ({ inFlight }: World, from: number, to: number): Move => ({
    kind: "deliver",
    flight: inFlight.findIndex((one) => one.from === from && one.to === to),
    kept: false,
  });

  it("is one whose start each other node knows of durably", () => {
    expect(movesOf(start, "putBack")).toHaveLength(3);
    const restarted = reached({ kind: "crash", index: 1 }, { kind: "restart", index: 1 });
    expect(movesOf(restarted, "putBack")).toEqual([
      { kind: "putBack", index: 0 },
      { kind: "putBack", index: 2 },
    ]);
  });

  it("makes a copy, which ends for good once it links with who knows better, whoever begins", () => {
    const heard = reached(
      { kind: "putBack", index: 1 },
      { kind: "restart", index: 1 },
      { kind: "timer", index: 2 },
    );
    const asking = reached(
      { kind: "putBack", index: 1 },
      { kind: "restart", index: 1 },
      { kind: "tick" },
      { kind: "tick" },
      { kind: "timer", index: 1 },
    );
    for (const refused of [
      take(heard, flight(heard, 2, 1), rules)?.world as World,
      take(asking, flight(asking, 1, 2), rules)?.world as World,
    ]) {
      expect(refused.processes[1]).toBeNull();
      expect(refused.disks[1]?.run.isCopy).toBe(true);
      expect([...movesOf(refused, "restart"), ...movesOf(refused, "putBack")]).not.toContainEqual(
        expect.objectContaining({ index: 1 }),
      );
    }
  });

  it("leaves a message unread that was sent to the process before", () => {
    const after = reached(
      { kind: "tick" },
      { kind: "timer", index: 0 },
      { kind: "crash", index: 0 },
      { kind: "putBack", index: 1 },
      { kind: "restart", index: 1 },
    );
    expect(after.inFlight.map(({ from, to }) => [from, to])).toContainEqual([0, 1]);
    expect(take(after, flight(after, 0, 1), rules)).toBeNull();
  });
});
