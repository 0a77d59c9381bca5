import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deathsPerSecond, doubtsItself, modeOf } from "../../../src/liveness/roster/brake.js";
import { Observer, peersNamed } from "../support/observer.js";

describe("a zone (B1)", () => {
  // Kubernetes, ComputeZoneState.
  it.each([
    [3, 2, "normal"],
    [5, 3, "partial"],
    [20, 11, "partial"],
    [20, 10, "normal"],
    [7, 7, "full"],
    [2, 2, "normal"],
    [0, 0, "normal"],
  ])("of %i peers, %i of them silent, is %s", (total, silent, mode) => {
    expect(modeOf({ total, silent })).toBe(mode);
  });
});

describe("an observer doubts itself (B2)", () => {
  it.each([
    ["a zone all silent", [[5, 5]], true],
    [
      "two zones all silent",
      [
        [5, 5],
        [7, 7],
      ],
      true,
    ],
    [
      "one of two zones all silent",
      [
        [5, 5],
        [7, 0],
      ],
      false,
    ],
    ["one healthy peer among a hundred silent ones", [[100, 99]], true],
    [
      "a zone of one that is well beside one that is silent",
      [
        [5, 5],
        [1, 0],
      ],
      true,
    ],
    ["two peers, both silent: there is nobody to compare with", [[2, 2]], false],
    ["nobody", [], false],
  ] as const)("%s: %j", (_, zones, doubts) => {
    expect(doubtsItself(zones.map(([total, silent]) => ({ total, silent })))).toBe(doubts);
  });
});

it("the brake lets through everything, a tenth, or nothing of a small zone until it has held it for long (B3)", () => {
  expect(deathsPerSecond({ total: 100, silent: 54 }, 10, false)).toBe(10);
  expect(deathsPerSecond({ total: 100, silent: 55 }, 10, false)).toBe(1);
  expect(deathsPerSecond({ total: 50, silent: 30 }, 10, false)).toBe(0);
  expect(deathsPerSecond({ total: 50, silent: 30 }, 10, true)).toBe(1);
  expect(deathsPerSecond({ total: 50, silent: 50 }, 10, false)).toBe(10);
});

describe("when many fall silent at once", () => {
  const names = peersNamed(10);

  it("an observer declares nobody dead in doubt, for however long, and takes all of them back without a word of death (B2)", () => {
    const observer = new Observer().beats(names, 0, 10).until(3_600_000);
    expect(observer.kinds("suspect")).toBe(10);
    expect(observer.kinds("dead")).toBe(0);
    for (const id of names) observer.beat(id, 3600);
    expect(observer.kinds("dead")).toBe(0);
    expect(names.every((id) => observer.status(id) === "alive")).toBe(true);
    expect(observer.told.filter(({ event }) => event.kind === "doubt").map(({ event }) => event)).toEqual([
      { kind: "doubt", doubts: true },
      { kind: "doubt", doubts: false },
    ]);
  });

  it("the end of a doubt gives the others a whole window before the first is dead (B2)", () => {
    const observer = new Observer().beats(names, 0, 10).until(100_000);
    for (const id of names.slice(0, 6)) observer.beat(id, 100);
    observer.beats(names.slice(0, 6), 101, 103);
    expect(observer.kinds("dead")).toBe(0);
    observer.beats(names.slice(0, 6), 104, 110);
    expect(observer.kinds("dead")).toBe(4);
  });

  it("one zone's silence kills its peers at the rate that is set, where another zone is well (B3)", () => {
    const zoneOf = (id: string) => (Number(id.slice(1)) <= 5 ? "a" : "b");
    const observer = new Observer({ zoneOf, deathsPerSecond: 0.5 }).beats(names, 0, 10);
    observer.beats(names.slice(5), 11, 40);
    const deaths = observer.told.filter(({ event }) => event.kind === "dead").map(({ atMs }) => atMs);
    expect(deaths).toEqual([18_000, 20_000, 22_000, 24_000, 26_000]);
    expect(observer.kinds("doubt")).toBe(0);
  });

  it("a small zone that is partly silent beside one that is well waits for brakeMs (B3)", () => {
    const zoneOf = (id: string) => (Number(id.slice(1)) <= 5 ? "a" : "b");
    const observer = new Observer({ zoneOf, brakeMs: 60_000 }).beats(names, 0, 10);
    observer.beats([...names.slice(0, 1), ...names.slice(5)], 11, 73);
    expect(observer.kinds("dead")).toBe(0);
    observer.beats([...names.slice(0, 1), ...names.slice(5)], 74, 120);
    expect(observer.kinds("dead")).toBe(4);
  });

  it("counts of zones are what a count of the peers gives, whatever happens", () => {
    const anyInput = fc.record({
      afterMs: fc.integer({ min: 0, max: 9000 }),
      kind: fc.constantFrom("beat", "beat", "beat", "goodbye", "closed", "watch", "forget", "attentive"),
      peer: fc.integer({ min: 1, max: 6 }),
      boot: fc.constantFrom("1", "2", "3"),
    });
    const property = fc.property(fc.array(anyInput, { maxLength: 120 }), (inputs) => {
      const observer = new Observer({
        maxPeers: 5,
        forgetAfterMs: 20_000,
        zoneOf: (id) => (id < "p4" ? "a" : "b"),
      });
      for (const { afterMs, kind, peer, boot } of inputs) {
        observer.until(observer.nowMs + afterMs);
        const id = `p${peer}`;
        if (kind === "beat") observer.beat(id, Math.floor(observer.nowMs / 1000), boot);
        else if (kind === "goodbye") observer.tell({ kind, id, boot });
        else if (kind === "attentive") observer.tell({ kind, jumped: afterMs % 2 === 0 });
        else observer.tell({ kind: kind as "closed", id });
      }
      const { zones, peers, gone, deadlines } = observer.roster;
      for (const [index, zone] of zones.list.entries()) {
        const members = [...peers.indexes.values()].filter((peer) => peers.zone[peer] === index);
        const of = (...statuses: number[]) =>
          members.filter((peer) => statuses.includes(peers.status[peer] as number));
        expect(zone.total).toBe(of(0, 1, 2, 3).length);
        expect(zone.silent).toBe(of(2, 3).length);
        for (const peer of zone.held) expect(peers.status[peer]).toBe(2);
        // Each peer waits for something, or is held back by the brake: nobody is lost.
        for (const peer of members)
          expect(Number.isFinite(deadlines.of(peer)) !== zone.held.has(peer), `p${peer}`).toBe(true);
      }
      expect([...gone].every((peer) => [3, 4].includes(peers.status[peer] as number))).toBe(true);
      expect(peers.count).toBeLessThanOrEqual(5);
    });
    fc.assert(property, { numRuns: 200 });
  });
});
