/** Asks which settings fit a network, plays them beside the present ones, and draws the trade-off into a page. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveTiming } from "raftbeat/protocol";
import { advicePage, adviceText } from "raftbeat/report";
import { inProcessExecutor } from "raftbeat/simulation";
import { type NetworkProfile, networkPresets, reportAdvice, tuningJobs } from "raftbeat/tuning";

/** One region of a cloud, with an event loop that stalls now and then. */
const profile: NetworkProfile = { ...networkPresets.oneRegion, stallP99Ms: 20, nodes: 5 };
const present = resolveTiming({ heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } });
if (!present.ok) throw new Error(present.problems.join("\n"));

const report = await reportAdvice(
  { profile, source: "what we know of our region", present: present.timing },
  // Few runs, so that the example is quick; `raftbeat advise` plays 200 crashes and 20 quiet minutes.
  { runs: 20, quietMinutes: 1, executor: inProcessExecutor(tuningJobs, "sweep") },
);
console.log(adviceText(report));

const [advised, before] = report.settings;
console.log(`beside: ${before?.name}`);
console.log(
  `the advice breaks ${advised.broken.length} limits, the present settings ${before?.broken.length}`,
);
console.log(`no leader after a crash, simulated: ${advised.simulated?.leaderlessMeanMs?.toFixed(0)} ms`);

const folder = await mkdtemp(join(tmpdir(), "raftbeat-example-"));
await writeFile(join(folder, "advice.html"), advicePage(report));
await rm(folder, { recursive: true });
console.log("done");
