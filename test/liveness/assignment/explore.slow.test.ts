import { describe, expect, it } from "vitest";
import { explore } from "./explore/explore.js";
import { finds, short, startOf } from "./explore/searches.js";
import { mutants } from "./mutants/all.js";
import { plant } from "./mutants/first-catch.js";
import { rules } from "./support/play.js";

describe("an exhaustive search over the steps of two nodes and two workers", () => {
  it.each(short)("from $from with $limits ends, and breaks nothing", (search) => {
    const { closed, broken, states } = explore(startOf(search, rules), rules, search.limits, 100_000);
    expect(broken).toBeNull();
    expect(closed).toBe(true);
    expect(states).toBeGreaterThan(1000);
  });

  it.each(Object.entries(finds))("finds the planted bug: %s", async (name, search) => {
    const mutant = mutants.find((each) => each.name === name);
    if (mutant === undefined) throw new Error(`no such bug: ${name}`);
    const bad = await plant(mutant);
    const { broken } = explore(startOf(search, bad), bad, search.limits, 20_000);
    expect(broken?.sentence).toMatch(/^WS[12]: /);
    expect(explore(startOf(search, rules), rules, search.limits, 3000).broken).toBeNull();
  });
});
