/**
 * Plays every scenario in four modes and prints a table for README.md: what plain Raft, pre-vote alone and quorum check alone make of
 * it, beside the whole protocol. Run it with `npx tsx simulations/compare.ts`, or for some scenarios with their names behind it.
 */
import { readdirSync } from "node:fs";
import { type Summary, simulate } from "../src/simulation/index.js";
import { readScenario } from "../src/simulation/scenario/scenario-file.js";

const modes = {
  "plain Raft": { preVote: false, quorumCheck: false, voteHold: false },
  "pre-vote alone": { preVote: true, quorumCheck: false, voteHold: false },
  "quorum check alone": { preVote: false, quorumCheck: true, voteHold: false },
  all: { preVote: true, quorumCheck: true, voteHold: true },
} as const;

const folder = new URL(".", import.meta.url).pathname;
const asked = process.argv.slice(2);
const files = readdirSync(folder).filter(
  (name) => name.endsWith(".yaml") && (asked.length === 0 || asked.includes(name.replace(".yaml", ""))),
);

process.stdout.write(
  `| scenario | ${Object.keys(modes).join(" | ")} |\n|---${"|---".repeat(Object.keys(modes).length)}|\n`,
);
for (const file of files.sort()) {
  const cells = Object.values(modes).map((mode) => {
    const scenario = readScenario(`${folder}${file}`, { runs: 20, protocol: mode });
    return cellOf(simulate(scenario, { clockMs: () => 0 }));
  });
  process.stdout.write(`| ${file.replace(".yaml", "")} | ${cells.join(" | ")} |\n`);
}

/** Recovery at the median, leader changes a minute, availability, and promises broken, of those runs that went on to the end. */
function cellOf(summary: Summary): string {
  const { recovered, runs, recoveryMs, leaderChangesPerMinute, availability, violations } = summary;
  if (violations.length > 0) {
    const promises = [...new Set(violations.map(({ promise }) => promise))].sort();
    return `${promises.join(", ")} broken in ${violations.length} of ${runs}`;
  }
  const seconds = recoveryMs === null ? "never" : `${(recoveryMs.p50 / 1000).toFixed(1)} s`;
  const share = recovered === runs ? "" : ` in ${recovered} of ${runs}`;
  return `${seconds}${share}, ${leaderChangesPerMinute.toFixed(1)}/min, ${(100 * availability).toFixed(1)} %`;
}
