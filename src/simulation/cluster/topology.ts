import type { LinkRule } from "./link-rules.js";

/** Links given as pairs of places, each one direction. */
export class LinkSet {
  private readonly keys = new Set<number>();

  add(from: number, to: number): this {
    this.keys.add(from * 1024 + to);
    return this;
  }

  addBoth(a: number, b: number): this {
    return this.add(a, b).add(b, a);
  }

  has(from: number, to: number): boolean {
    return this.keys.has(from * 1024 + to);
  }
}

/** A rule with one opinion on the links of a set. */
export function onLinks(links: LinkSet, opinion: NonNullable<ReturnType<LinkRule>>): LinkRule {
  return (from, to) => (links.has(from, to) ? opinion : null);
}

/** Cuts every link that is not in the set. */
export function keepOnly(links: LinkSet): LinkRule {
  return (from, to) => (links.has(from, to) ? null : { passes: "nothing" });
}

/** Cuts every link between nodes that share no group; a node in no group is alone. */
export function partition(groups: readonly (readonly number[])[]): LinkRule {
  const links = new LinkSet();
  for (const group of groups) for (const from of group) for (const to of group) links.add(from, to);
  return keepOnly(links);
}

/** Jepsen's bridge: two halves that meet in one node alone. The first of `places` is in the small half. */
export function bridge(indices: readonly number[]): LinkRule {
  const small = Math.floor((indices.length - 1) / 2);
  const middle = indices.slice(small, small + 1);
  return partition([
    [...indices.slice(0, small), ...middle],
    [...middle, ...indices.slice(small + 1)],
  ]);
}

/** Jepsen's majorities-ring: each sees as many to either side as make a majority with it, and no two of four or more see the same. */
export function ring(indices: readonly number[]): LinkRule {
  const links = new LinkSet();
  // A majority is half of them, rounded down, and the node itself.
  const reach = Math.ceil(Math.floor(indices.length / 2) / 2);
  for (const [index, from] of indices.entries())
    for (let step = 1; step <= reach; step++)
      links.addBoth(from, indices[(index + step) % indices.length] as number);
  return keepOnly(links);
}
