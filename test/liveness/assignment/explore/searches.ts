import type { Rules } from "../support/play.js";
import type { Bounds, State } from "./state.js";
import { heldAsTheLeadChanges, heldByTheFirst } from "./state.js";

/** A search: where it begins, and how often what may happen. */
export interface Search {
  readonly from: "held" | "changed";
  readonly limits: Partial<Bounds>;
}

/** Where a search begins. */
export function startOf({ from }: Search, rules: Rules): State {
  return from === "held" ? heldByTheFirst(rules) : heldAsTheLeadChanges(rules);
}

/** Searches that end within a second or two. */
export const short: readonly Search[] = [
  { from: "held", limits: { ticks: 1, beats: 2, leads: 1 } },
  { from: "changed", limits: { ticks: 1, beats: 2 } },
];

/** Searches of minutes: `npm run test:assignment -- --explore`. */
export const long: readonly Search[] = [
  { from: "held", limits: { ticks: 2, beats: 2, leads: 1 } },
  { from: "held", limits: { ticks: 3, beats: 2, drains: 1 } },
  { from: "held", limits: { ticks: 2, beats: 2, crashes: 1 } },
  { from: "held", limits: { ticks: 3, beats: 1, sleeps: 1, duplicates: 1 } },
  { from: "held", limits: { ticks: 2, beats: 1, leads: 1, stalls: 1 } },
  { from: "changed", limits: { ticks: 2, beats: 2 } },
  { from: "changed", limits: { ticks: 1, beats: 2, drains: 1, stalls: 1 } },
];

/** Planted bugs that a search finds, by their names, and the search. */
export const finds: Readonly<Record<string, Search>> = {
  "no grace period": { from: "changed", limits: { ticks: 2, beats: 3 } },
  "a revoked shard is free at once": { from: "held", limits: { beats: 1, drains: 1 } },
  "a worker does not notice that its machine slept": {
    from: "held",
    limits: { ticks: 2, beats: 1, sleeps: 1 },
  },
  "a token is used twice": { from: "held", limits: { ticks: 2, beats: 2 } },
  "what drains is not reported": { from: "held", limits: { beats: 1, drains: 1 } },
  "a report is left out once anything was granted": { from: "held", limits: { beats: 1, drains: 1 } },
  "a beat promises half a lease": { from: "held", limits: { ticks: 1, beats: 1, drains: 1 } },
};
