import { describe, expect, it } from "vitest";
import type { Elector } from "../../src/elector/api.js";
import { type Preset, presets, resolveTiming, surePromiseMs } from "../../src/protocol/index.js";
import { ServiceCluster } from "../../src/testing/index.js";
import { codeBlocks, read, tableOf } from "./support/pages.js";

type Body = (
  elector: Elector,
  id: string,
  setTimeout: (ms: number) => Promise<void>,
  console: { log(text: string): void },
) => void;

/** The call of `whileLeader` in the example of the README, as a function. */
function bodyOfReadme(change: (code: string) => string = (code) => code): Body {
  const [example = ""] = codeBlocks(read("README.md"), "ts");
  const code = change(example.slice(example.indexOf("elector.whileLeader(")));
  return new Function("elector", "id", "setTimeout", "console", code) as Body;
}

/** What three replicas print in ten seconds after the first election. */
async function printedBy(body: Body): Promise<string[]> {
  const printed: string[] = [];
  const world = new ServiceCluster({
    world: { cluster: { nodes: 3 }, network: { latency: { uniform: [0.2, 2] } } },
    service: ({ id, elector, sleep }) =>
      body(elector, id, (ms) => sleep(ms), { log: (text) => printed.push(text) }),
    onServiceError: () => {},
  });
  await world.advance(11_500);
  return printed;
}

describe("the example of the README", () => {
  it("charges invoices all the time with the default settings, and keeps its leader", async () => {
    const printed = await printedBy(bodyOfReadme());
    expect(printed.length).toBeGreaterThanOrEqual(20);
    expect(new Set(printed).size).toBe(1);
    expect(printed[0]).toMatch(/^n\d charges an invoice, fencing token 1$/);
  });

  it("would charge none if it asked for more than a lease ever has", async () => {
    expect(await printedBy(bodyOfReadme((code) => code.replace(/ensure\(\d+\)/, "ensure(5000)")))).toEqual(
      [],
    );
  });
});

describe("how much of a lease docs/service.md says that there is", () => {
  const rows = tableOf(read("docs/service.md"), "leases");
  const roundTripMs = 5;

  it("follows from each preset", () => {
    const computed = Object.entries(presets).map(([name, input]) => {
      const resolution = resolveTiming(input);
      if (!resolution.ok) throw new Error(resolution.problems.join("; "));
      const { voteHoldMs, clockDriftRatio, heartbeatIntervalMs } = resolution.timing;
      const longestMs = surePromiseMs(voteHoldMs, clockDriftRatio);
      const renewedMs = longestMs - roundTripMs;
      return [name, longestMs, renewedMs, renewedMs - heartbeatIntervalMs];
    });
    expect(rows.sort()).toEqual(
      computed
        .map((row) => row.map((cell) => String(typeof cell === "number" ? Math.floor(cell) : cell)))
        .sort(),
    );
  });

  it.each(
    rows.map(([name, , ensuredMs, leastMs]) => [name as Preset, Number(ensuredMs), Number(leastMs)] as const),
  )("is what a leader with %s has", async (timing, ensuredMs, saidMs) => {
    let waits = 0;
    let leastMs = Number.POSITIVE_INFINITY;
    const world = new ServiceCluster({
      world: { cluster: { nodes: 3 }, timing, network: { latency: { uniform: [0.2, roundTripMs / 2] } } },
      service: ({ elector, sleep }) => {
        elector.whileLeader(async (lead) => {
          for (; !lead.signal.aborted; waits++) {
            await lead.ensure(ensuredMs);
            for (let look = 0; look < 600 && !lead.signal.aborted; look++) {
              leastMs = Math.min(leastMs, lead.remainingMs());
              await sleep(0.5, { signal: lead.signal });
            }
          }
        });
      },
    });
    await world.until(() => world.leader() !== null);
    await world.advance(5_000);
    expect(waits).toBeGreaterThan(5);
    expect(leastMs).toBeGreaterThan(saidMs - 0.01);
    expect(leastMs).toBeLessThan(saidMs + roundTripMs);
  });
});
