import { type Edit, planted } from "../../support/planted-build.js";
import { seededRandom } from "../../support/prng.js";
import { Chaos, type Profile } from "./chaos.js";
import { Caught } from "./dialogue.js";
import type { Protocol } from "./nodes.js";

/** Loads the protocol with these edits, every module anew; with no edits, the protocol as it is. */
export function plant(edits: readonly Edit[]): Promise<Protocol> {
  return planted("protocol/index.ts", edits, "protocol");
}

/** What first went wrong in `runs` random worlds of a profile: an invariant, `L1` where nobody leads at the end, or null. */
export function firstCatch(protocol: Protocol, profile: Profile, runs: number): string | null {
  for (let seed = 1; seed <= runs; seed++) {
    const random = seededRandom(seed);
    const script = Array.from({ length: 200 }, () => Math.floor(random() * 2 ** 32));
    try {
      const chaos = new Chaos(protocol, profile, seed);
      chaos.play(script);
      if (!chaos.heal() && chaos.hasQuorum()) return "L1";
    } catch (error) {
      if (error instanceof Caught) return error.violations.map(({ invariant }) => invariant).join(", ");
      throw error;
    }
  }
  return null;
}
