/**
 * Plays every scenario in four modes and prints a table for README.md: what plain Raft, pre-vote alone and quorum check alone make of
 * it, beside the whole protocol. Run it with `npx tsx simulations/compare.ts`, or for some scenarios with their names behind it.
 */
import { readdirSync } from "node:fs";
import { type Summary, simulate } from "../src/simulation/index.js";
import { readScenario } from "../src/simulation/scenario/scenario-file.js";

/** As in Raft with equal logs. */
const likeRaft = { voteHold: false, configurationsRefuse: false } as const;
const modes = {
  "plain Raft": { preVote: false, quorumCheck: false, ...likeRaft },
  "pre-vote alone": { preVote: true, quorumCheck: false, ...likeRaft },
  "quorum check alone": { preVote: false, quorumCheck: true, ...likeRaft },
  all: { preVote: true, quorumCheck: true, voteHold: true },
} as const;

const folder = new URL(".", import.meta.url).pathname;
const asked = process.argv.slice(2);
const files = readdirSync(folder).filter(
  (name) => name.endsWith(".yaml") && (asked.length === 0 || asked.includes(name.replace(".yaml", ""))),
);
const rows = files.sort().map((file) => {
  const cells = Object.values(modes).map((protocol) =>
    cellOf(simulate(readScenario(`${folder}${file}`, { runs: 20, protocol }), { clockMs: () => 0 })),
  );
  return [file.replace(".yaml", ""), ...cells];
});
const table = [["scenario", ...Object.keys(modes)], ...rows];
const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
const [head = "", ...lines] = table.map(
  (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`,
);
process.stdout.write(`${head}| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n${lines.join("")}`);

/** Recovery at the median, leader changes a minute, availability, and invariants violated, of those runs that went on to the end. */
function cellOf(summary: Summary): string {
  const { recovered, runs, recoveryMs, leaderChangesPerMinute, availability, violations } = summary;
  if (violations.length > 0) {
    const names = [...new Set(violations.map(({ invariant }) => invariant))].sort();
    return `${names.join(", ")} broken in ${violations.length} of ${runs}`;
  }
  const seconds = recoveryMs === null ? "never" : `${(recoveryMs.p50 / 1000).toFixed(1)} s`;
  const share = recovered === runs ? "" : ` in ${recovered} of ${runs}`;
  return `${seconds}${share}, ${leaderChangesPerMinute.toFixed(1)}/min, ${(100 * availability).toFixed(1)} %`;
}
