import { planted } from "../../../support/planted-build.js";
import type { Rules } from "../support/play.js";
import { Broken, type Profile, stormy, World } from "../support/world.js";
import type { Mutant } from "./all.js";

/** A world in which something broke, and what. */
export interface Catch {
  readonly seed: number;
  readonly breaks: string;
  readonly sentence: string;
}

/** The first world, of those with these seeds, in which something breaks; null if none does. */
export function firstCatch(rules: Rules, profile: Profile, from: number, to: number): Catch | null {
  for (let seed = from; seed <= to; seed++)
    try {
      new World(seed, profile, rules).run();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return { seed, breaks: error.violations[0]?.invariant ?? "", sentence: error.message };
    }
  return null;
}

/** The rules with a mistake in them. */
export function plant({ edits }: Mutant): Promise<Rules> {
  return planted<Rules>("liveness/assignment/rules.ts", edits, "liveness/assignment/");
}

/** The worlds that a mistake is looked for in. */
export function profileOf({ clockAfterCheck }: Mutant): Profile {
  return clockAfterCheck === true ? { ...stormy, clockAfterCheck } : stormy;
}
