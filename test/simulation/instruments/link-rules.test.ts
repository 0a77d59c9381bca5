import { describe, expect, it } from "vitest";
import { LinkRules } from "../../../src/simulation/cluster/link-rules.js";

function rules() {
  let changes = 0;
  const rules = new LinkRules(() => changes++);
  return { rules, changes: () => changes };
}

const open = { passes: "all", latency: null, loss: null, duplicate: null };

describe("the rules of links", () => {
  it("say nothing while there are none", () => {
    expect(rules().rules.verdict(0, 1)).toEqual(open);
  });

  it("let the rule installed last decide, and those before it where it has no opinion", () => {
    const { rules: all } = rules();
    all.install(() => ({ passes: "later", latency: 10, loss: 0.1, duplicate: 0.2 }));
    all.install(() => ({ loss: 0.5 }));
    all.install((from) => (from === 0 ? { latency: { fixed: 3 } } : null));
    expect(all.verdict(0, 1)).toEqual({ passes: "later", latency: { fixed: 3 }, loss: 0.5, duplicate: 0.2 });
    expect(all.verdict(1, 0)).toEqual({ passes: "later", latency: 10, loss: 0.5, duplicate: 0.2 });
  });

  it("take a loss, a latency and a chance of 0 for an opinion", () => {
    const { rules: all } = rules();
    all.install(() => ({ latency: 10, loss: 0.1, duplicate: 0.2 }));
    all.install(() => ({ latency: 0, loss: 0, duplicate: 0 }));
    expect(all.verdict(0, 1)).toEqual({ passes: "all", latency: 0, loss: 0, duplicate: 0 });
  });

  it("let a later cut win over a hold, and a later hold over a cut", () => {
    for (const [first, second] of [
      ["nothing", "later"],
      ["later", "nothing"],
    ] as const) {
      const { rules: all } = rules();
      all.install(() => ({ passes: first }));
      all.install(() => ({ passes: second }));
      expect(all.verdict(0, 1).passes).toBe(second);
    }
  });

  it("go by what is left once one is removed, in any order, and however often", () => {
    const { rules: all, changes } = rules();
    const removals = [1, 2, 3].map((loss) => all.install(() => ({ loss: loss / 10 })));
    expect(all.verdict(0, 1).loss).toBe(0.3);
    removals[1]?.();
    removals[1]?.();
    expect(all.verdict(0, 1).loss).toBe(0.3);
    removals[2]?.();
    expect(all.verdict(0, 1).loss).toBe(0.1);
    removals[0]?.();
    expect(all.verdict(0, 1)).toEqual(open);
    // Three came and three went.
    expect(changes()).toBe(6);
  });
});
