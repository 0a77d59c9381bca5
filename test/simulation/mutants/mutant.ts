import type { ExploreOptions } from "../../../src/simulation/index.js";
import type { Edit } from "../../support/planted-build.js";
import type { paths } from "./paths.js";
import type { scenarios } from "./scenarios.js";
import type { worlds } from "./worlds.js";

/** Starts of the explorer that are enough for a bug. */
export const searches = {
  torn: { from: "torn", disks: "instant", modes: { preVote: false }, depth: 7, states: 60_000 },
  led: { from: "led", depth: 4 },
  handover: { from: "led", disks: "instant", terms: 3, depth: 6, crashes: 0, transfers: 1 },
  members: { from: "led", depth: 7, crashes: 0, reconfigurations: 2 },
  stranger: { from: "led", depth: 4, crashes: 0, forgeries: 1 },
  restored: {
    from: "torn",
    disks: "instant",
    modes: { preVote: false },
    depth: 7,
    crashes: 0,
    copies: 1,
  },
} satisfies Record<string, Partial<ExploreOptions>>;

/** A bug, what catches it, and by which invariant. */
export interface SimulatedMutant {
  /** Unless it has edits of its own, the name of one in `test/protocol/mutants`. */
  readonly name: string;
  readonly edits?: readonly Edit[];
  /** A world of chance, within so many seeds from 1. */
  readonly world?: readonly [keyof typeof worlds, seeds: number, invariant: string];
  /** A script of faults made for it, within so many seeds from 1. */
  readonly scenario?: readonly [keyof typeof scenarios, seeds: number, invariant: string];
  /** A path of events told step by step, within so many seeds from 1. */
  readonly path?: readonly [keyof typeof paths, seeds: number, invariant: string];
  /** A search, after the shortest path there is. */
  readonly search?: readonly [keyof typeof searches, moves: number, invariant: string];
}
