import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScenarioReport } from "../../src/report/recording/run-data.js";
import { type ServiceCluster, testService } from "../../src/testing/index.js";

let pages: string;
beforeEach(() => {
  pages = mkdtempSync(join(tmpdir(), "raftbeat-testing-"));
});
afterEach(() => rmSync(pages, { recursive: true, force: true }));

const service = () => {};

async function isolateLeader(cluster: ServiceCluster): Promise<void> {
  await cluster.until(() => cluster.leader() !== null);
  cluster.isolate(cluster.leader()?.id as string);
  await cluster.until(() => cluster.leader() === null);
  cluster.strike({ do: "pause", nodes: "n1", for: 100 });
  await cluster.advance(200);
  cluster.heal();
}

/** The message of a test that fails, and the data of the page that it names. */
async function failure(
  test: (cluster: ServiceCluster) => Promise<void>,
): Promise<{ error: Error; report: ScenarioReport }> {
  const error: Error = await testService({ service, name: "The leader's <b>test</b>", pages }, test).then(
    () => {
      throw new Error("the test passed");
    },
    (thrown: Error) => thrown,
  );
  const [, address = ""] = /The run, drawn: (file:\S+)/.exec(error.message) ?? [];
  const html = readFileSync(fileURLToPath(address), "utf8");
  const [, data = ""] = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html) ?? [];
  return { error, report: JSON.parse(data).reports[0] };
}

describe("a test of a service", () => {
  it("gives what it returns, and draws nothing where it passes", async () => {
    const answer = await testService({ service, pages }, async (cluster) => {
      await isolateLeader(cluster);
      return 42;
    });
    expect(answer).toBe(42);
    expect(readdirSync(pages)).toEqual([]);
  });

  it("draws the run where it fails, and says where: the error is its own, with the faults and what was expected", async () => {
    const { error, report } = await failure(async (cluster) => {
      await isolateLeader(cluster);
      expect(cluster.nowMs).toBe(7);
    });
    expect(error.name).toBe("AssertionError");
    expect(error).toMatchObject({ expected: 7 });
    expect(error.stack).toContain("The run, drawn: file:");
    expect(report.name).toBe("The leader's <b>test</b>");
    expect(report.verdict.failed.join()).toMatch(
      /^at \d+\.\d+ ms, \d+\.\d+ ms after the first fault: expected .* to be 7/,
    );
    expect(report.recording.faults.map(({ kind, untilMs }) => [kind, untilMs !== null])).toEqual([
      ["partition", true],
      ["pause", true],
    ]);
    expect(report.recording.leases.length).toBeGreaterThan(0);
    const { beganMs, endMs, faults } = report.recording;
    expect(beganMs).toBe(faults[0]?.fromMs);
    expect(endMs).toBeGreaterThan(200);
  });

  it("fails where the service fails after the last wait", async () => {
    let fail = () => {};
    const failing = () =>
      new Promise<void>((_, reject) => {
        fail = () => reject(new Error("too late"));
      });
    const running = testService({ service: failing, pages }, async (cluster) => {
      await cluster.advance(10);
      fail();
    });
    await expect(running).rejects.toThrow("too late");
  });

  it("keeps the newest 20 pages of its folder, and touches nothing else there", async () => {
    for (let index = 0; index < 25; index++) writeFileSync(join(pages, `old-seed-${index}-0.html`), "");
    writeFileSync(join(pages, "mine.html"), "");
    await failure(async () => {
      throw new Error("fails");
    });
    const names = readdirSync(pages);
    expect(names).toContain("mine.html");
    expect(names.filter((name) => name.startsWith("the-leader-s-b-test-b-seed-1-"))).toHaveLength(1);
    expect(names).toHaveLength(21);
  });

  it("fails with its own error where no page can be written, and says why there is none", async () => {
    const file = join(pages, "file");
    writeFileSync(file, "");
    const running = testService({ service, pages: file }, async () => {
      throw new RangeError("mine");
    });
    await expect(running).rejects.toThrow(/^mine\n\nThe run could not be drawn into .*file: Error: EEXIST/);
    await expect(running).rejects.toBeInstanceOf(RangeError);
  });

  it("draws nothing where no pages are wanted", async () => {
    const running = testService({ service, pages: null }, async () => {
      throw new RangeError("mine");
    });
    await expect(running).rejects.toThrow(/^mine$/);
  });
});
