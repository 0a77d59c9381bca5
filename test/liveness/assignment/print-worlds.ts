import { parseArgs } from "node:util";
import { explore } from "./explore/explore.js";
import { long, short, startOf } from "./explore/searches.js";
import { mutants } from "./mutants/all.js";
import { firstCatch, plant, profileOf } from "./mutants/first-catch.js";
import { rules } from "./support/play.js";
import { Broken, calm, failures, handovers, stormy, World } from "./support/world.js";

/** Plays random worlds of work assignment, and looks for every planted bug; or makes the long searches. Prints tables; fails if a promise was broken. */
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "2000" },
    from: { type: "string", default: "1" },
    "mutant-seeds": { type: "string", default: "500" },
    explore: { type: "boolean", default: false },
    states: { type: "string", default: "1000000" },
  },
});
if (values.explore) {
  console.log("| from | bounds | states | depth | ended | broken |\n| --- | --- | --- | --- | --- | --- |");
  for (const search of [...short, ...long]) {
    const found = explore(startOf(search, rules), rules, search.limits, Number(values.states));
    const bounds = Object.entries(search.limits).map(([what, times]) => `${what} ${times}`);
    const cells = [search.from, bounds.join(", "), found.states, found.depth, found.closed ? "yes" : "no"];
    console.log(`| ${cells.join(" | ")} | ${found.broken?.sentence ?? "nothing"} |`);
    for (const move of found.broken?.path ?? []) console.error(`  ${move}`);
    if (found.broken !== null) process.exitCode = 1;
  }
  process.exit();
}

const from = Number(values.from);
const to = from + Number(values.seeds) - 1;

console.log(`worlds of seeds ${from} to ${to}\n`);
console.log(
  "| world | begun | claimed | given | moves by cause | broken |\n| --- | --- | --- | --- | --- | --- |",
);
for (const [name, profile] of Object.entries({ stormy, handovers, failures, calm })) {
  const moves = new Map<string, number>();
  const sum = { begun: 0, claimed: 0, given: 0 };
  const broken: string[] = [];
  for (let seed = from; seed <= to; seed++) {
    const world = new World(seed, profile, rules);
    try {
      world.run();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      broken.push(`seed ${seed}: ${error.message}`);
    }
    for (const key of ["begun", "claimed", "given"] as const) sum[key] += world.judge.counts[key];
    for (const [cause, count] of world.judge.moves) moves.set(cause, (moves.get(cause) ?? 0) + count);
  }
  const causes = [...moves].map(([cause, count]) => `${cause} ${count}`).join(", ");
  console.log(`| ${name} | ${sum.begun} | ${sum.claimed} | ${sum.given} | ${causes} | ${broken.length} |`);
  for (const line of broken.slice(0, 5)) console.error(line);
  if (broken.length > 0) process.exitCode = 1;
}

const most = Number(values["mutant-seeds"]);
console.log(
  `\nplanted bugs, looked for in ${most} stormy worlds; those that no world shows are caught by claims\n`,
);
console.log("| planted bug | first seed | breaks |\n| --- | --- | --- |");
for (const mutant of mutants) {
  const found = firstCatch(await plant(mutant), profileOf(mutant), 1, most);
  console.log(`| ${mutant.name} | ${found?.seed ?? "-"} | ${found?.breaks ?? "-"} |`);
}
