import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import {
  changeProblem,
  configurationOf,
  conflictingConfigurations,
  foundingConfiguration,
  isNewer,
  isNobody,
  type Member,
  nobody,
  quorumSize,
  sameConfiguration,
  withTerm,
} from "../../src/protocol/index.js";
import { founders, known } from "./support/nodes.js";

describe("a configuration", () => {
  it.each([
    [[0, 2], [0, 1], true],
    [[1, 1], [0, 9], true],
    [[1, 1], [1, 1], false],
    [[0, 9], [1, 1], false],
    [[1, 1], [1, 2], false],
  ] as const)("%j is newer than %j: %s", (a, b, expected) => {
    const id = ([term, version]: readonly [number, number]) => configurationOf(term, version, [], []).id;
    expect(isNewer(id(a), id(b))).toBe(expected);
  });

  it("is the same whatever order its members are given in and wherever they live", () => {
    const [a, b] = founders("ab") as [Member, Member];
    const elsewhere = { ...a, address: "ws://elsewhere:1" };
    expect(
      sameConfiguration(foundingConfiguration([b, elsewhere]).id, foundingConfiguration([a, b]).id),
    ).toBe(true);
  });

  it.each([
    ["another voter", founders("abd"), []],
    ["a voter fewer", founders("ab"), []],
    ["an observer more", founders("abc"), [known("o")]],
    ["a voter that observes", founders("ab"), founders("c")],
    ["another incarnation", [...founders("ab"), known("c", "c-2")], []],
  ])("conflicts with one of equal term and version with %s", (_what, voters, observers) => {
    const mine = foundingConfiguration(founders("abc"));
    const other = configurationOf(0, 1, voters, observers);
    expect(conflictingConfigurations(mine.id, other.id)).toBe(true);
    expect(conflictingConfigurations(mine.id, withTerm(other, 1).id)).toBe(false);
  });

  it("keeps members, version and digest when a leader confirms it", () => {
    const mine = configurationOf(1, 4, founders("abc"), [known("o")]);
    expect(withTerm(mine, 7)).toEqual({ ...mine, id: { ...mine.id, term: 7 } });
  });

  it("of nobody is older than a founder's, and known for what it is", () => {
    expect(isNewer(foundingConfiguration(founders("a")).id, nobody.id)).toBe(true);
    expect([isNobody(nobody), isNobody(foundingConfiguration([]))]).toEqual([true, false]);
  });

  const from = configurationOf(3, 5, founders("abc"), [known("o"), known("p")]);
  it.each([
    ["nothing", founders("abc"), [known("o"), known("p")], null],
    ["the observers alone", founders("abc"), [known("q"), known("r")], null],
    ["an observer's incarnation", founders("abc"), [known("o", "o-2"), known("p")], null],
    ["an observer into a voter", [...founders("abc"), known("o")], [known("p")], null],
    ["a voter away", founders("ab"), [known("o"), known("p")], null],
    ["an address", [...founders("ab"), { id: "c", address: "ws://new:1", incarnation: null }], [], null],
    [
      "the 65th member",
      founders("abc"),
      Array.from({ length: 62 }, (_, index) => known(`n${index}`)),
      "tooManyMembers",
    ],
    ["two voters", [...founders("ab"), known("o")], [], "moreThanOneVoter"],
    ["two observers into voters", [...founders("abc"), known("o"), known("p")], [], "moreThanOneVoter"],
    ["a stranger into a voter", [...founders("abc"), known("z")], [], "newVoterNotObserver"],
    ["a voter into an observer", founders("ab"), founders("c"), "voterBecomesObserver"],
    ["the leader away", founders("bc"), [], "leaderNotIncluded"],
    ["the leader into an observer", founders("bc"), founders("a"), "leaderNotIncluded"],
    ["everybody away", [], [], "empty"],
    ["a member twice", founders("abc"), founders("c"), "duplicateMember"],
    ["a voter twice", founders("abcc"), [], "duplicateMember"],
    ["a voter's incarnation", [...founders("ab"), known("c", "c-2")], [], "incarnationChanged"],
    [
      "an observer into a voter of another incarnation",
      [...founders("abc"), known("o", "o-2")],
      [],
      "incarnationChanged",
    ],
    ["a stranger without incarnation into an observer", founders("abc"), founders("z"), "incarnationUnknown"],
  ] as const)("that changes %s: %4$s", (_what, voters, observers, problem) => {
    expect(changeProblem(from, configurationOf(3, 6, voters, observers), "a")).toBe(problem);
  });

  const anyIds = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { minLength: 1 });
  test.prop([anyIds, anyIds])(
    "that may follow another shares a voter in every pair of quorums",
    (before, after) => {
      const next = configurationOf(1, 2, founders(after.join("")), []);
      const old = configurationOf(
        1,
        1,
        founders(before.join("")),
        founders(after.filter((id) => !before.includes(id)).join("")),
      );
      const shared = after.filter((id) => before.includes(id)).length;
      const needs = (ids: readonly string[]) => Math.max(0, quorumSize(ids.length) - (ids.length - shared));
      const meet = needs(before) + needs(after) > shared;
      fc.pre(changeProblem(old, next, after[0] as string) === null);
      expect(meet).toBe(true);
    },
  );
});
