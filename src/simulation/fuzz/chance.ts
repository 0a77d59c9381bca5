import { exp, ln } from "../../exact-math.js";
import { integerOf, type Stream } from "../kernel/prng.js";

/** One of these, each as likely. */
export function oneOf<T>(stream: Stream, from: readonly T[]): T {
  return from[integerOf(stream, 0, from.length)] as T;
}

/** One of these, by their weights. */
export function weighted<T>(stream: Stream, from: readonly (readonly [T, number])[]): T {
  let left = stream() * from.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of from) {
    left -= weight;
    if (left < 0) return value;
  }
  return (from.at(-1) as readonly [T, number])[0];
}

/** Between `least` and `most`, as likely from 1 to 2 as from 100 to 200. */
export function logUniform(stream: Stream, least: number, most: number): number {
  return least * exp(stream() * ln(most / least));
}

/** Some of these, at least `least`, in their order. */
export function someOf<T>(stream: Stream, from: readonly T[], least: number): T[] {
  const left = [...from.keys()];
  const count = integerOf(stream, Math.min(least, from.length), from.length + 1);
  const taken: number[] = [];
  while (taken.length < count) taken.push(...left.splice(integerOf(stream, 0, left.length), 1));
  return taken.sort((a, b) => a - b).map((index) => from[index] as T);
}

/** A number as a person would write it: with so many digits after the point. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
