import type { Timing } from "../../protocol/index.js";
import type { Expectation } from "../model/expectation.js";
import type { NetworkProfile } from "../model/network-profile.js";
import type { Advice } from "./advise.js";
import type { SimulatedFigures } from "./check-advice.js";
import type { AdviceLimits, BrokenLimit } from "./limits.js";

/** Settings with what they are expected to give, and gave. */
export interface JudgedSettings {
  /** `advised`, `present`, `etcd's defaults`, `etcd's rule` or `preset NAME`. */
  readonly name: string;
  readonly timing: Timing;
  readonly expected: Expectation;
  /** The limits that keep them from being advised. */
  readonly broken: readonly BrokenLimit[];
  /** Null where they were not played: with `--quick`, presets beside the present settings, and what elects nobody for minutes. */
  readonly simulated: SimulatedFigures | null;
}

/** All that advice has to say; with `--json` this is printed. */
export interface AdviceReport {
  readonly profile: NetworkProfile;
  /** Where the profile comes from, in words. */
  readonly source: string;
  /** For how long it was measured; null where nobody told. */
  readonly measuredMs: number | null;
  readonly limits: AdviceLimits;
  readonly bindings: Advice["bindings"];
  /** The advised first, then what it is put beside. */
  readonly settings: readonly [JudgedSettings, ...JudgedSettings[]];
  readonly seed: number;
  /** Why the simulation does not bear the advice out; empty if it does, null if it was not asked. */
  readonly doubts: readonly string[] | null;
}
