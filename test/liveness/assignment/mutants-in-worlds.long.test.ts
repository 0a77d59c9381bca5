import { describe, expect, it } from "vitest";
import { mutants } from "./mutants/all.js";
import { firstCatch, plant, profileOf } from "./mutants/first-catch.js";
import { rules } from "./support/play.js";
import { handovers, stormy } from "./support/world.js";

const shown = mutants.filter(({ worlds }) => worlds > 0);

describe("a planted bug of work assignment", () => {
  it.each(shown)("that $name breaks a promise in a random world", async (mutant) => {
    expect(firstCatch(await plant(mutant), profileOf(mutant), 1, mutant.worlds)).not.toBeNull();
  });

  it("is the only thing that breaks a promise in these worlds", () => {
    expect(firstCatch(rules, stormy, 1, 600)).toBeNull();
    expect(firstCatch(rules, handovers, 1, 600)).toBeNull();
  });

  it("shows in worlds in most cases", () => {
    expect(shown.length).toBeGreaterThan(20);
  });
});
