import { Facts, nodeBase, setBase } from "./facts.js";
import { mostNodes, type Spent, type World } from "./state.js";
import { collect } from "./world-facts.js";

/**
 * Tells whether two worlds are the same but for the names of nodes, for how late it is, and for how far counters have come. A world is
 * taken apart into facts, short rows of numbers; a key is the sum of the hashes of all facts, in no order; and the key of a world
 * is the smallest of those it has under all renamings. What is older than any rule looks back counts as equally old.
 */
export interface Key {
  readonly high: number;
  readonly low: number;
}

/**
 * Makes a function that finds the key of a world of so many nodes.
 * @param symmetric false: names count
 * @param most what may happen how often
 */
export function keyFinder(nodeCount: number, symmetric: boolean, most: Spent): (world: World) => Key {
  const indices = Array.from({ length: nodeCount }, (_, index) => index);
  const renamings = (symmetric ? permutations(indices) : [indices]).map((to) => renamingOf(to));
  const facts = new Facts();
  const key = { high: 0, low: 0 };
  return (world) => {
    facts.clear();
    collect(world, most, facts);
    let [high, low] = [0xffffffff, 0xffffffff];
    for (const renaming of renamings) {
      sum(facts, renaming, key);
      if (key.high < high || (key.high === high && key.low < low)) [high, low] = [key.high, key.low];
    }
    key.high = high;
    key.low = low;
    return key;
  };
}

/** What each number becomes when nodes change their names. */
interface Renaming {
  readonly nodes: Int32Array;
  readonly sets: Int32Array;
}

/** An outsider, whose place is behind all others, keeps its name. */
function renamingOf(to: readonly number[]): Renaming {
  const nodes = Int32Array.from({ length: mostNodes + 1 }, (_, index) => to[index] ?? index);
  const sets = new Int32Array(2 ** nodes.length);
  for (let set = 0; set < sets.length; set++)
    for (const [from, index] of nodes.entries())
      if ((set & (1 << from)) !== 0) sets[set] = (sets[set] as number) | (1 << index);
  return { nodes, sets };
}

function sum(
  { numbers, ends, count }: Facts,
  { nodes, sets }: Renaming,
  key: { high: number; low: number },
): void {
  let [high, low] = [0, 0];
  let at = 0;
  for (let fact = 0; fact < count; fact++) {
    const end = ends[fact] as number;
    let a = 0x9e3779b9;
    let b = 0x85ebca6b;
    for (; at < end; at++) {
      let number = numbers[at] as number;
      if (number >= setBase) number = setBase + (sets[number - setBase] as number);
      else if (number >= nodeBase) number = nodeBase + (nodes[number - nodeBase] as number);
      a = Math.imul(a ^ number, 0xcc9e2d51);
      a ^= a >>> 15;
      b = Math.imul(b ^ number ^ a, 0x1b873593);
      b ^= b >>> 13;
    }
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
    b = Math.imul(b ^ (b >>> 16), 0xc2b2ae35);
    high = (high + (a ^ (a >>> 13))) >>> 0;
    low = (low + (b ^ (b >>> 16) ^ Math.imul(a, 3))) >>> 0;
  }
  key.high = high;
  key.low = low;
}

function permutations(indices: readonly number[]): number[][] {
  if (indices.length <= 1) return [[...indices]];
  return indices.flatMap((first) =>
    permutations(indices.filter((index) => index !== first)).map((rest) => [first, ...rest]),
  );
}
