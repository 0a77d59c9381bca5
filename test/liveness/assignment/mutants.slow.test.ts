import { describe, expect, it } from "vitest";
import { claims } from "./claims/all.js";
import { mutants } from "./mutants/all.js";
import { firstCatch, plant, profileOf } from "./mutants/first-catch.js";
import { type Rules, rules } from "./support/play.js";
import { stormy } from "./support/world.js";

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

describe("a planted bug of work assignment", () => {
  it.each(mutants)("that $name is caught", async (mutant) => {
    const { worlds, clockAfterCheck } = mutant;
    const bad = await plant(mutant);
    // What is wrong in the engine alone is seen by no claim about the rules.
    if (clockAfterCheck !== true) expect(brokenClaims(bad), "claims").not.toEqual([]);
    if (worlds > 0) expect(firstCatch(bad, profileOf(mutant), 1, worlds), "worlds").not.toBeNull();
  });

  it("is the only thing that breaks", async () => {
    const same = await plant({ name: "none", worlds: 0, edits: [] });
    expect(brokenClaims(same)).toEqual([]);
    const most = Math.max(...mutants.map(({ worlds }) => worlds));
    expect(firstCatch(rules, stormy, 1, most)).toBeNull();
  });

  it("is caught by a world in most cases", () => {
    expect(mutants.filter(({ worlds }) => worlds > 0).length).toBeGreaterThan(20);
  });
});
