import { describe, expect, it } from "vitest";
import { drawFailover, factsOf, recordFailover } from "../../docs/draw-failover.js";
import { read } from "./support/pages.js";

const recording = recordFailover();

describe("the picture of a failover in the README", () => {
  it("is what the scenario gives; `npm run docs:picture` draws it anew", () => {
    for (const theme of ["light", "dark"] as const)
      expect(read(`docs/failover-${theme}.svg`)).toBe(drawFailover(recording, theme));
  });

  it("has its times in the words for those who do not see it", () => {
    const { leaseEndMs, elected, old, next } = factsOf(recording);
    const [, words = ""] = /<img alt="([^"]*)"/.exec(read("README.md")) ?? [];
    expect(words).toContain(`Its lease ends after ${Math.round(leaseEndMs)} ms`);
    expect(words).toContain(`elect ${next}, which holds a lease after ${Math.round(elected.atMs)} ms`);
    expect(words).toContain(`${old} follows ${next}`);
  });

  it("shows no two leases at once", () => {
    const sorted = [...recording.leases].sort((a, b) => a.fromMs - b.fromMs);
    expect(sorted.length).toBeGreaterThan(1);
    for (const [index, lease] of sorted.entries())
      expect(lease.fromMs).toBeGreaterThan(sorted[index - 1]?.untilMs ?? Number.NEGATIVE_INFINITY);
  });
});
