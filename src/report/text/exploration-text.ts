import type { Exploration } from "../../simulation/explore/explore.js";
import { textTable } from "./text-table.js";

/** What a person reads of a search. */
export function explorationText(result: Exploration, wallMs: number, mostDepth: number): string {
  const { states, transitions, depth, violation } = result;
  const perSecond = Math.round((1000 * states) / Math.max(wallMs, 1));
  const rows = [
    ["states", `${states}`],
    ["transitions", `${transitions}`],
    ["depth", `${depth}`],
    ["covered", coverage(result, mostDepth)],
    ["speed", `${perSecond} states a second`],
  ];
  const table = textTable(rows);
  if (violation === null) return `no invariant is broken\n\n${table}`;
  const { invariants, sentences, path } = violation;
  const steps = path.map((line) => `  ${line}\n`).join("");
  return `${invariants.join(", ")} broken: ${sentences.join("; ")}\n\n${table}\nafter ${path.length} moves (time in half vote holds):\n${steps}`;
}

function coverage({ exhausted, closed, violation }: Exploration, mostDepth: number): string {
  if (violation !== null) return "all that is nearer to the start";
  if (closed) return "everything within the other bounds, however deep";
  return exhausted
    ? `everything within ${mostDepth} moves`
    : "not everything: the bound on states came first";
}
