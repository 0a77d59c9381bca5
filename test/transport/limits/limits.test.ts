import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  defaultTransportLimits,
  resolveLimits,
  resolveLinkTiming,
} from "../../../src/transport/limits/limits.js";

describe("the limits of a transport", () => {
  it("are documented with the defaults that they have", () => {
    const source = readFileSync(new URL("../../../src/transport/limits/limits.ts", import.meta.url), "utf8");
    const units = { KiB: 1024, MiB: 1024 * 1024 } as const;
    const documented = [
      ...source.matchAll(/@defaultValue (\d+)(?: (KiB|MiB))?\n {3}\*\/\n {2}readonly (\w+):/g),
    ];
    expect(
      Object.fromEntries(
        documented.map(([, number, unit, name]) => [
          name,
          Number(number) * (unit === undefined ? 1 : units[unit as keyof typeof units]),
        ]),
      ),
    ).toEqual(defaultTransportLimits);
  });

  it("are those that were given, and else the defaults, also where undefined was given", () => {
    expect(resolveLimits({ maxPendingCount: 7, maxFrameBytes: undefined })).toEqual({
      ...defaultTransportLimits,
      maxPendingCount: 7,
    });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("are refused where one is %s, by name", (value) => {
    expect(() => resolveLimits({ maxUnlistedCount: value })).toThrow(
      expect.objectContaining({
        code: "invalidSettings",
        message: expect.stringContaining(`limits.maxUnlistedCount (${value})`),
      }),
    );
  });
});

describe("the timing of links", () => {
  it.each([
    [100, { redialMaxMs: 50, silenceMs: 250, connectTimeoutMs: 500 }],
    [250, { redialMaxMs: 125, silenceMs: 250, connectTimeoutMs: 500 }],
    [1000, { redialMaxMs: 500, silenceMs: 1000, connectTimeoutMs: 2000 }],
  ])("follows from the shortest election timeout: %i ms", (electionTimeoutMinMs, timing) => {
    expect(resolveLinkTiming({}, electionTimeoutMinMs)).toEqual(timing);
  });

  it("is the one that was given", () => {
    expect(resolveLinkTiming({ silenceMs: 7, redialMaxMs: undefined }, 1000)).toEqual({
      redialMaxMs: 500,
      silenceMs: 7,
      connectTimeoutMs: 2000,
    });
  });
});
