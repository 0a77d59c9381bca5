import type { Timing } from "../../protocol/index.js";
import type { ExpectedFigures } from "../model/expectation.js";
import type { SimulatedFigures } from "./check-advice.js";
import type { BrokenLimit } from "./limits.js";

/** Settings with what they are expected to give, and gave. */
export interface JudgedSettings {
  /** `advised`, `present`, `etcd's defaults`, `etcd's rule` or `preset NAME`. */
  readonly name: string;
  readonly timing: Timing;
  readonly expected: ExpectedFigures;
  /** The limits that keep them from being advised. */
  readonly broken: readonly BrokenLimit[];
  /** Null where they were not played: with `--quick`, presets beside the present settings, and what elects nobody for minutes. */
  readonly simulated: SimulatedFigures | null;
}
