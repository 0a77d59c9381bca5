import { describe, expect, it } from "vitest";
import type { LinkRule } from "../../../src/simulation/cluster/link-rules.js";
import {
  bridge,
  keepOnly,
  LinkSet,
  onLinks,
  partition,
  ring,
} from "../../../src/simulation/cluster/topology.js";

/** Places that are not their own indices, so that the two cannot be confused. */
function placesOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 20 - 2 * index);
}

/** Whom each node exchanges messages with both ways; links that pass one way only are an error. */
function neighbours(rule: LinkRule, places: readonly number[]): Map<number, number[]> {
  const passes = (from: number, to: number) => rule(from, to) === null;
  return new Map(
    places.map((from) => [
      from,
      places.filter((to) => {
        if (to === from) return false;
        expect(passes(from, to)).toBe(passes(to, from));
        return passes(from, to);
      }),
    ]),
  );
}

function isConnected(of: ReadonlyMap<number, readonly number[]>): boolean {
  const [first] = of.keys();
  const seen = new Set<number>();
  const visit = (place: number): void => {
    if (seen.has(place)) return;
    seen.add(place);
    for (const next of of.get(place) ?? []) visit(next);
  };
  visit(first as number);
  return seen.size === of.size;
}

describe.each([3, 4, 5, 6, 7, 8, 9])("of %i nodes", (count) => {
  const places = placesOf(count);
  const majority = Math.floor(count / 2) + 1;

  it("a ring lets each see just a majority, or the least above it that lies evenly to both sides, and no two the same", () => {
    const seen = neighbours(ring(places), places);
    const views = [...seen].map(([place, others]) => [place, ...others].sort((a, b) => a - b));
    // Itself and as many to either side.
    const size = majority % 2 === 1 ? majority : majority + 1;
    for (const view of views) expect(view.length).toBe(Math.min(count, size));
    if (size < count) expect(new Set(views.map(String)).size).toBe(count);
    expect(isConnected(seen)).toBe(true);
  });

  it("a ring links neighbours in the given order, the last with the first", () => {
    const seen = neighbours(ring(places), places);
    for (const [index, place] of places.entries())
      expect(seen.get(place)).toContain(places[(index + 1) % count]);
  });

  it("a bridge has two halves without a majority that meet in one node alone", () => {
    const seen = neighbours(bridge(places), places);
    const middles = [...seen].filter(([, others]) => others.length === count - 1).map(([place]) => place);
    expect(middles).toEqual([places[Math.floor((count - 1) / 2)]]);
    const [middle] = middles;
    const halves = new Set(
      places
        .filter((place) => place !== middle)
        .map((place) =>
          [place, ...(seen.get(place) ?? [])]
            .filter((one) => one !== middle)
            .sort((a, b) => a - b)
            .join(),
        ),
    );
    const sizes = [...halves].map((half) => half.split(",").length).sort((a, b) => a - b);
    expect(sizes).toEqual([Math.floor((count - 1) / 2), Math.ceil((count - 1) / 2)]);
    // The first named is in the smaller half.
    const ofFirst = [...halves].find((half) => half.split(",").includes(`${places[0]}`)) ?? "";
    expect(ofFirst.split(",").length).toBe(Math.floor((count - 1) / 2));
  });

  it("a partition links those that share a group, and leaves alone who is in none", () => {
    const [alone, ...rest] = places;
    const groups = [rest.slice(0, 1), rest.slice(1)];
    const seen = neighbours(partition(groups), places);
    expect(seen.get(alone as number)).toEqual([]);
    expect(seen.get(rest[0] as number)).toEqual([]);
    for (const place of rest.slice(1))
      expect(seen.get(place)).toEqual(rest.slice(1).filter((one) => one !== place));
  });
});

describe("a set of links", () => {
  it("tells the two directions of a link apart, in the largest cluster too", () => {
    const links = new LinkSet().add(1, 2).addBoth(0, 1023).add(3, 0);
    const held: string[] = [];
    for (const from of [0, 1, 2, 3, 4, 1022, 1023])
      for (const to of [0, 1, 2, 3, 4, 1022, 1023]) if (links.has(from, to)) held.push(`${from}>${to}`);
    expect(held).toEqual(["0>1023", "1>2", "3>0", "1023>0"]);
  });

  it("has an opinion on its links alone, or cuts all others", () => {
    const links = new LinkSet().add(1, 2);
    const loss = onLinks(links, { loss: 0.5 });
    expect([loss(1, 2), loss(2, 1), loss(0, 1)]).toEqual([{ loss: 0.5 }, null, null]);
    const cut = keepOnly(links);
    expect([cut(1, 2), cut(2, 1), cut(0, 1)]).toEqual([null, { passes: "nothing" }, { passes: "nothing" }]);
  });
});
