import { fc } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import * as protocol from "../../src/protocol/index.js";
import { Chaos } from "./support/chaos.js";
import { Caught } from "./support/dialogue.js";
import { profiles } from "./support/profiles.js";

/** More runs, or others: RAFTBEAT_FUZZ_RUNS=20000 RAFTBEAT_FUZZ_SEED=7 npx vitest run test/protocol/chaos.slow.test.ts */
const numRuns = Number(process.env["RAFTBEAT_FUZZ_RUNS"] ?? 250);
const seed = Number(process.env["RAFTBEAT_FUZZ_SEED"] ?? 20_000);

const stroke = fc.noShrink(fc.noBias(fc.nat({ max: 2 ** 32 - 1 })));
const world = fc.tuple(
  fc.noShrink(fc.noBias(fc.nat({ max: 2 ** 32 - 1 }))),
  fc.array(stroke, { minLength: 20, maxLength: 300, size: "max" }),
);

/** What the runs of a profile must reach, per hundred runs, to be worth anything. */
const reached: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  gentle: { gained: 500, lost: 400, "handed over": 100, "reconfigurations committed": 50, votes: 800 },
  harsh: { gained: 400, voteHold: 500, "restarts that hold": 100, staleTerm: 800, alreadyVoted: 150 },
  disk: { gained: 300, "crashes inside writes": 500, "restarts that hold": 500, "handed over": 15 },
  clocks: { gained: 200, "machines asleep": 400, voteHold: 400, "restarts that hold": 40 },
  membership: {
    gained: 300,
    "reconfigurations committed": 500,
    "disks lost": 60,
    amnesiac: 300,
    notMember: 1000,
  },
  transfer: { gained: 400, "handed over": 100, "refused: notReady": 30, voteHold: 300 },
  orphan: { gained: 500, "handed over": 200, "reconfigurations committed": 50, voteHold: 250 },
};

describe("a cluster of cores in a hostile world", () => {
  for (const profile of profiles) {
    const counts = new Map<string, number>();

    it(`keeps I1 to I7, and settles once all faults stop: ${profile.name}`, { timeout: 3_600_000 }, () => {
      const play = (founding: number, script: readonly number[], dialogue: string[] | null): void => {
        const chaos = new Chaos(protocol, profile, founding);
        chaos.cluster.dialogue = dialogue;
        chaos.play(script);
        if (!chaos.heal() && chaos.hasQuorum())
          throw new Error(["nobody leads for good", ...(dialogue ?? []).slice(-60)].join("\n"));
        for (const [what, count] of chaos.cluster.counts) counts.set(what, (counts.get(what) ?? 0) + count);
      };
      const property = fc.property(world, ([founding, script]) => {
        try {
          play(founding, script, null);
        } catch {
          // Once more, this time written down.
          play(founding, script, []);
        }
      });
      fc.assert(property, { numRuns, seed });
    });

    it(`has tried in earnest: ${profile.name}`, () => {
      for (const [what, perHundred] of Object.entries(reached[profile.name] ?? {}))
        expect(counts.get(what) ?? 0, what).toBeGreaterThan((perHundred * numRuns) / 100);
    });
  }

  it("is the same world each time it is played", () => {
    const [profile] = profiles;
    if (profile === undefined) throw new Error("no profile");
    const script = Array.from({ length: 200 }, (_, index) => index * 7919);
    const dialogues = [0, 1].map(() => {
      const chaos = new Chaos(protocol, profile, 11);
      chaos.cluster.dialogue = [];
      chaos.play(script);
      return chaos.cluster.dialogue;
    });
    expect(dialogues[0]).toEqual(dialogues[1]);
    expect(dialogues[0]?.length).toBeGreaterThan(500);
  });

  it("says of a failure what happened, in virtual time", () => {
    const caught = new Caught(
      [{ invariant: "I1", nodes: ["a", "b"], term: 3, sentence: "a and then b became leader of the term" }],
      ["[    10.000] a timer -> preCandidate of term 2"],
    );
    expect(caught.message).toBe(
      "I1 in term 3: a and then b became leader of the term\n[    10.000] a timer -> preCandidate of term 2",
    );
  });
});
