import { expect, test } from "vitest";
import { rehearse } from "../../src/elector/rehearsal.js";
import { type Preset, presets, resolveTiming, safeModes } from "../../src/protocol/index.js";

test.each(Object.keys(presets) as Preset[])(
  "a rehearsal under %s hands over as often as it was asked to",
  (preset) => {
    const resolution = resolveTiming(preset);
    if (!resolution.ok) throw new Error(resolution.problems.join());
    expect(rehearse({ ...resolution.timing, modes: safeModes }, 12)).toBe(13);
  },
);

test("a rehearsal ends, and leads at least once, under the longest timings there are", () => {
  const resolution = resolveTiming({
    heartbeatIntervalMs: 1000,
    electionTimeout: { minMs: 40_000_000, maxMs: 86_000_000 },
  });
  if (!resolution.ok) throw new Error(resolution.problems.join());
  expect(rehearse({ ...resolution.timing, modes: safeModes }, 3)).toBeGreaterThan(0);
});
