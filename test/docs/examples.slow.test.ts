import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { read } from "./support/pages.js";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));

/** What each example must say, in this order, besides other lines; the last line is always "done". */
const says: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  "three-in-one-process.ts": ["all follow one leader: true", "handed over: true"],
  "three-processes.ts": [
    /^n\d leads in term \d+$/,
    /^n\d was killed; another leads: true$/,
    /^n\d was killed; another leads: true$/,
  ],
  "singleton-job.ts": [
    /^run 1 by replica-\d in term \d+$/,
    /^run 3 by replica-\d in term \d+$/,
    /^replica-\d hands over$/,
    /^run 6 by replica-\d in term \d+$/,
    /^refused: token 1 is stale: \d+ was seen$/,
  ],
  "test-your-service.ts": [
    /^\d+ invoices by [23] replicas$/,
    "20 seeds, no invoice twice",
    "10 runs of chaos, no invoice out of order",
  ],
  "play-a-scenario.ts": [
    /^leader-crash: as expected, 20 runs from seed 7$/,
    "as expected: true",
    "led again in 20 of 20 runs",
    "a page of more than 50 kB: true",
  ],
  "sweep-a-grid.ts": [/^Least mean recovery: /, "soonest: minMs 150", "rows of the table: 7"],
  "ask-for-advice.ts": [
    /^raftbeat node --heartbeat-ms \d+ /,
    "beside: present",
    /^the advice breaks 0 limits, /,
    /^no leader after a crash, simulated: \d+ ms$/,
  ],
  "embedded-observability.ts": [
    "a is ready: 200",
    "c is ready: 200",
    "the service answers: no orders for a",
    "raftbeat_is_leader over all replicas: 1",
  ],
  "gateway.ts": [
    /^all well: of \d+ requests \d+ failed with checks, \d+ without$/,
    /^b1 killed, and started again: of \d+ requests \d+ failed with checks, [1-9]\d* without$/,
    /^b2 stopped, and continued: of \d+ requests \d+ failed with checks, [1-9]\d* without$/,
    /^b3 drained, ended, and started again: of \d+ requests \d+ failed with checks, [1-9]\d* without$/,
    "fewer failed with checks: true",
    "for the drain at most a tenth of them: true",
  ],
  "two-processes.ts": [
    "job is alive",
    "killed: suspect, its connection closed; before the pause was over: true",
    "no beat since: dead",
    "started again: restarted",
    "asked to end: left, 1 goodbye",
  ],
  "your-own-port.ts": [
    "both are alive",
    "suspected in 1.5 s with losses: 0",
    "beats that came twice were counted, and changed nothing: true",
    "b is gone: suspected after an interval and a pause of silence: true",
    "a said goodbye: left",
  ],
  "http-leader-redirect.ts": [
    /served by the leader in term \d+$/,
    /served by the leader in term \d+$/,
    /served by the leader in term \d+$/,
  ],
};

/** Those that need an environment or a server: other tests run them. */
const elsewhere: Readonly<Record<string, string>> = {
  "service-in-a-container.ts": "test/deploy/kubernetes.slow.test.ts",
  "fencing-postgres.ts": "test/recipes/fencing-postgres.recipe.ts",
  "fencing-redis.ts": "test/recipes/fencing-redis.recipe.ts",
};

describe("the examples", () => {
  it("are all known to this test", () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith(".ts"))
        .sort(),
    ).toEqual([...Object.keys(says), ...Object.keys(elsewhere)].sort());
    for (const [example, file] of Object.entries(elsewhere)) expect(read(file)).toContain(example);
  });

  // Most of their time they wait: for leases to end, for elections, for a pause.
  it.concurrent.each(Object.entries(says))("%s runs to its last line", async (file, wanted) => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", `${folder}${file}`],
      {
        timeout: 25_000,
      },
    );
    const lines = stdout.trimEnd().split("\n");
    let place = 0;
    for (const line of lines) {
      const next = wanted[place];
      if (next !== undefined && (typeof next === "string" ? line === next : next.test(line))) place++;
    }
    expect(wanted.slice(place), `not said:\n${stdout}\n${stderr}`).toEqual([]);
    expect(lines.at(-1)).toBe("done");
  });
});
