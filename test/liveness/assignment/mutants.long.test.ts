import { describe, expect, it } from "vitest";
import { claims } from "./claims/all.js";
import { mutants } from "./mutants/all.js";
import { plant } from "./mutants/first-catch.js";
import type { Rules } from "./support/play.js";

/** The claims that these rules do not keep. */
function brokenClaims(played: Rules): string[] {
  const isBroken = (prove: (rules: Rules) => void): boolean => {
    try {
      prove(played);
      return false;
    } catch {
      return true;
    }
  };
  return claims.filter(({ prove }) => isBroken(prove)).map(({ title }) => title);
}

// What is wrong in the engine alone is seen by no claim about the rules; mutants-in-worlds.long.test.ts has a world that shows it.
const inTheRules = mutants.filter(({ clockAfterCheck }) => clockAfterCheck !== true);

describe("a planted bug of work assignment", () => {
  it.each(inTheRules)("that $name is caught by a claim", async (mutant) => {
    expect(brokenClaims(await plant(mutant))).not.toEqual([]);
  });

  it("is the only thing that breaks a claim", async () => {
    expect(brokenClaims(await plant({ name: "none", worlds: 0, edits: [] }))).toEqual([]);
  });
});
