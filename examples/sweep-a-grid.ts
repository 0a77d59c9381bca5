/** Plays a crash of the leader with six combinations of settings on two threads, and asks which combination recovers soonest. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sweepPage, sweepText } from "raftbeat/report";
import { parseScenario } from "raftbeat/simulation";
import { openThreads } from "raftbeat/simulation/node";
import { parseVariation, planSweep, runSweep, sweepCsv, tuningJobs } from "raftbeat/tuning";

const document = {
  name: "crash",
  cluster: { nodes: 3 },
  network: { latency: { uniform: [0.5, 1.5] } },
  start: "crash-phase",
  until: "announced",
};
const variations = [
  parseVariation("timing.heartbeatIntervalMs=20,50"),
  parseVariation("timing.electionTimeout.minMs=150,300,600"),
  parseVariation("timing.electionTimeout.jitterMs=150"),
];
const plan = planSweep({ scenario: parseScenario(document), document }, variations, {
  stopping: { precision: 0.05, minRuns: 30, maxRuns: 200 },
  quietMinutes: 1,
});

// Anything with `run` and `close` is an executor: a queue to other machines as well as these threads.
const executor = await openThreads(tuningJobs, "sweep", 2);
const report = await runSweep(plan, executor);
await executor.close();
console.log(sweepText(report));

const [soonest] = report.summaries.toSorted((a, b) => (a.metricMean ?? 0) - (b.metricMean ?? 0));
console.log(`soonest: minMs ${soonest?.settings["timing.electionTimeout.minMs"]}`);

const folder = await mkdtemp(join(tmpdir(), "raftbeat-example-"));
const csv = sweepCsv(
  variations.map(({ path }) => path),
  report.summaries,
);
await writeFile(join(folder, "sweep.csv"), csv);
await writeFile(join(folder, "sweep.html"), sweepPage(report));
console.log(`rows of the table: ${csv.trimEnd().split("\r\n").length}`);
await rm(folder, { recursive: true });
console.log("done");
