import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** Gives a number uniform in [0, 1) with 53 random bits. */
export type Stream = () => number;

/**
 * Splits one seed into streams of chance, one for each purpose. A stream depends on the seed and on the name of its purpose
 * alone: using more of one, or adding one, changes no other.
 * @param seed a safe integer
 */
export function splitSeed(seed: number): (purpose: string) => Stream {
  return (purpose) => {
    // The last word is odd because the generator would stand still at all zeros.
    const words = [0, 1, 2, 3].map((word) => hash(`${word}/${seed}/${purpose}`) | (word === 3 ? 1 : 0));
    const generator = xoroshiro128plusFromState(words);
    return () => uniformFloat64(generator);
  };
}

/** A whole number uniform in [from, to). */
export function integerOf(stream: Stream, from: number, to: number): number {
  return from + Math.floor(stream() * (to - from));
}

/** 32 bits of a text: FNV-1a, with the finalizer of MurmurHash3. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
