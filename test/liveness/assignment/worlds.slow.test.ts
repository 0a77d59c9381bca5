import { describe, expect, it } from "vitest";
import { firstCatch } from "./mutants/first-catch.js";
import { rules } from "./support/play.js";
import { calm, failures, handovers, type Profile, stormy, World } from "./support/world.js";

// More of them: npm run test:assignment -- --seeds 10000.
const worlds: readonly (readonly [name: string, profile: Profile, seeds: number])[] = [
  ["everything goes wrong", stormy, 150],
  ["leaders change often, and messages are late", handovers, 80],
  ["many workers fail at once", failures, 30],
];

describe("in random worlds", () => {
  it.each(worlds)("where %s every promise is kept", (_, profile, seeds) => {
    expect(firstCatch(rules, profile, 1, seeds)).toBeNull();
  });

  it("where only leaders change, nothing moves (WS4)", () => {
    let claimed = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const { judge } = new World(seed, calm, rules).run();
      expect([...judge.moves], `seed ${seed}`).toEqual([]);
      claimed += judge.counts.claimed;
    }
    expect(claimed).toBeGreaterThan(25 * (calm.fixed + calm.wanted));
  });

  it("much happens: shards are given, claimed and moved for every cause", () => {
    const causes = new Map<string, number>();
    let begun = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { judge } = new World(seed, stormy, rules).run();
      for (const [cause, count] of judge.moves) causes.set(cause, (causes.get(cause) ?? 0) + count);
      begun += judge.counts.begun;
    }
    expect(begun).toBeGreaterThan(300);
    for (const cause of ["unclaimed", "restarted", "balanced", "lapsed", "released"])
      expect(causes.get(cause) ?? 0, cause).toBeGreaterThan(0);
  });
});
