import { type Edit, planted } from "../../support/planted-build.js";

/** The simulator, or one in which protocol or driver have a bug. */
export type Simulator = typeof import("../../../src/simulation/index.js");

/** Loads the simulator with the production nodes inside it, and with these edits in what they are made of. */
export function plantInSimulator(edits: readonly Edit[]): Promise<Simulator> {
  return planted("simulation/index.ts", edits, "");
}
