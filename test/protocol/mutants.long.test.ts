import { describe, expect, it } from "vitest";
import * as real from "../../src/protocol/index.js";
import { asFormatted } from "../support/planted-build.js";
import { mutants } from "./mutants/all.js";
import { claims } from "./rules/all.js";
import type { Claim } from "./rules/rule.js";
import { type Story, stories } from "./stories.js";
import { Caught } from "./support/dialogue.js";
import { firstCatch, plant } from "./support/mutants.js";
import type { Protocol } from "./support/nodes.js";
import { profiles } from "./support/profiles.js";

function claimNamed(beginning: string): Claim {
  const [found, ...more] = claims.filter(({ title }) => title.startsWith(beginning));
  if (found === undefined || more.length > 0) throw new Error(`not one claim begins with "${beginning}"`);
  return found;
}

function profileNamed(name: string): (typeof profiles)[number] {
  const found = profiles.find((profile) => profile.name === name);
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}

/** The promises that a story breaks. */
function broken(story: Story | undefined, protocol: Protocol): string {
  if (story === undefined) throw new Error("no such story");
  try {
    story.play(protocol);
  } catch (error) {
    if (error instanceof Caught) return error.violations.map(({ invariant }) => invariant).join(", ");
    throw error;
  }
  return "none";
}

describe("a planted bug", () => {
  for (const { name, edits, claims: beginnings, chaos, story } of mutants) {
    const catchers = [
      ...(story === undefined ? [] : [`the story "${story[0]}"`]),

      ...beginnings.map((title) => `"${title}"`),
      ...(chaos === undefined ? [] : [`${chaos[0]} worlds`]),
    ];
    it(`"${name}" is caught by ${catchers.join(" and ")}`, async () => {
      const mutant = await plant(edits);
      for (const beginning of beginnings)
        expect(() => claimNamed(beginning).prove(mutant), beginning).toThrow();
      if (story !== undefined)
        expect(
          broken(
            stories.find(({ title }) => title === story[0]),
            mutant,
          ),
        ).toBe(story[1]);
      if (chaos === undefined) return;
      const [profile, worlds, by] = chaos;
      expect(firstCatch(mutant, profileNamed(profile), worlds)).toBe(by);
    });
  }

  it("is caught by a claim in every case", () => {
    expect(mutants.filter((mutant) => mutant.claims.length === 0)).toEqual([]);
  });

  it("is the only thing that catches: without one, every claim holds", async () => {
    const same = await plant([]);
    for (const { title, prove } of claims) expect(() => prove(same), title).not.toThrow();
  });

  for (const story of stories)
    it(`is the only thing that does harm when ${story.title}`, () =>
      expect(broken(story, real)).toBe("none"));

  it("is the only thing that catches: without one, every world these bugs are caught in is quiet", () => {
    for (const profile of profiles) {
      const worlds = mutants.map(({ chaos }) => (chaos?.[0] === profile.name ? chaos[1] : 0));
      expect(firstCatch(real, profile, Math.max(...worlds)), profile.name).toBeNull();
    }
  });

  it("has to find its text exactly once", async () => {
    await expect(plant([["algorithms/quorum.ts", "no such text", ""]])).rejects.toThrow(
      "quorum.ts does not hold this exactly once",
    );
    await expect(plant([["algorithms/quorum.ts", "return", ""]])).rejects.toThrow("exactly once: return");
  });

  it("finds its text in whatever lines a formatter put it", () => {
    const broken = "if (\n    a.some(\n      (one) => one,\n      other,\n    )\n  )\n    return;";
    expect("x; if (a.some((one) => one, other)) return;".match(asFormatted(broken))).toHaveLength(1);
    expect(broken.match(asFormatted("if (a.some((one) => one, other)) return;"))).toHaveLength(1);
    expect("returned".match(asFormatted("return"))).toBeNull();
    expect("f(a, b)".match(asFormatted("f(ab)"))).toBeNull();
    expect("constant".match(asFormatted("const ant"))).toBeNull();
  });
});
