import { describe, expect, it } from "vitest";
import { fragmentOf, instantOf } from "../../../../src/report/browser/run/instant-link.js";

describe("the address of an instant", () => {
  it.each([
    [{ atMs: 1143.25, scenario: null }, "#t=1143.25ms"],
    [{ atMs: -0.1234567, scenario: null }, "#t=-0.123ms"],
    [{ atMs: 0, scenario: "a & b" }, "#t=0ms&scenario=a%20%26%20b"],
  ])("of %j is %s", (instant, fragment) => {
    expect(fragmentOf(instant)).toBe(fragment);
    expect(instantOf(fragment)).toEqual({ ...instant, atMs: Number(instant.atMs.toFixed(3)) });
  });

  it("may be in seconds", () => {
    expect(instantOf("#t=1.2s")).toEqual({ atMs: 1_200, scenario: null });
  });

  it.each(["", "#", "#events", "#scenario=calm"])("is none in %j", (fragment) => {
    expect(instantOf(fragment)).toBeNull();
  });

  it.each(["#t=", "#t=12", "#t=abcms", "#t=1e9s", "#t=9999999999999999ms"])(
    "is refused in %j, with the reason",
    (fragment) => {
      expect(instantOf(fragment)).toMatch(
        /^The address names the instant .*, which is no time such as t=1234ms/,
      );
    },
  );
});
