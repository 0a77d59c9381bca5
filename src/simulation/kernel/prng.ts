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
  // A run takes a hundred streams, so what their names have in common is mixed once.
  const begun = [0, 1, 2, 3].map((word) => mixed(firstMixed, `${word}/${seed}/`));
  return (purpose) => {
    // The last word is odd because the generator would stand still at all zeros.
    const words = begun.map((from, word) => finished(mixed(from, purpose)) | (word === 3 ? 1 : 0));
    const generator = xoroshiro128plusFromState(words);
    return () => uniformFloat64(generator);
  };
}

/** A whole number uniform in [from, to). */
export function integerOf(stream: Stream, from: number, to: number): number {
  return from + Math.floor(stream() * (to - from));
}

/** 32 bits of a text: FNV-1a, with the finalizer of MurmurHash3. */
const firstMixed = 0x811c9dc5;

function mixed(from: number, text: string): number {
  let mix = from;
  for (let index = 0; index < text.length; index++) mix = Math.imul(mix ^ text.charCodeAt(index), 0x01000193);
  return mix;
}

function finished(from: number): number {
  let mix = Math.imul(from ^ (from >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}
