/** Plays a scenario file in a simulated cluster, prints what came out, and draws the first run into a page that opens without a network. */
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordScenario, runPage, scenarioReport, scenarioText } from "raftbeat/report";
import { readScenario } from "raftbeat/simulation/node";

const file = fileURLToPath(new URL("../simulations/leader-crash.yaml", import.meta.url));
const scenario = readScenario(file, { runs: 20, seed: 7 });
const played = await recordScenario(scenario, { clockMs: () => performance.now() });
console.log(scenarioText(played, { widthChars: 80, coloured: false }));

const { expectationsFailed, recovered, runs } = played.summary;
console.log(`as expected: ${expectationsFailed.length === 0}`);
console.log(`led again in ${recovered} of ${runs} runs`);

const folder = await mkdtemp(join(tmpdir(), "raftbeat-example-"));
const page = join(folder, "leader-crash.html");
await writeFile(page, runPage([scenarioReport(played)]));
console.log(`a page of more than 50 kB: ${(await stat(page)).size > 50_000}`);
await rm(folder, { recursive: true });
console.log("done");
