import { describe, expect, it } from "vitest";
import { FoundingRun, type FoundingWorld } from "./support/founding.js";

/** More: RAFTBEAT_FUZZ_RUNS=3000 npx vitest run test/protocol/founding.slow.test.ts */
const runsInstead = process.env["RAFTBEAT_FUZZ_RUNS"];

const worlds: readonly (FoundingWorld & { readonly founds: boolean; readonly runs: number })[] = [
  { founders: 3, wipes: 0, absent: "nobody", founds: true, runs: 100 },
  { founders: 5, wipes: 0, absent: "nobody", founds: true, runs: 100 },
  { founders: 3, wipes: 0, absent: "alike", founds: true, runs: 100 },
  { founders: 5, wipes: 0, absent: "alike", founds: true, runs: 100 },
  // An operator may have to empty a node and add it anew: safe is all that these must be. Seed 449 of the three at random
  // finds two leaders in a term where a founder believes the sender of a request in all.
  { founders: 3, wipes: 1, absent: "nobody", founds: false, runs: 100 },
  { founders: 3, wipes: 1, absent: "atRandom", founds: false, runs: 500 },
  { founders: 5, wipes: 1, absent: "atRandom", founds: false, runs: 100 },
];

describe("a founding among crashes, cuts and lost disks", { timeout: 600_000 }, () => {
  it.each(worlds)(
    "of $founders, $wipes of them wiped, $absent left out: never two leaders in a term or two leases",
    (world) => {
      let led = 0;
      const runs = Number(runsInstead ?? world.runs);
      for (let seed = 1; seed <= runs; seed++) {
        const { violations, leaders, clusterIds } = new FoundingRun(world, seed).play();
        expect(violations, `seed ${seed}`).toEqual([]);
        if (world.founds) {
          expect([seed, leaders.length, clusterIds.size]).toEqual([seed, 1, 1]);
          expect(clusterIds).not.toContain(null);
        }
        if (leaders.length > 0) led++;
      }
      expect(led).toBeGreaterThan(0);
    },
  );
});
