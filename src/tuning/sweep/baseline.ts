import { playWatched } from "../../simulation/run/run.js";
import type { Scenario } from "../../simulation/scenario/scenario.js";
import { MessageCount } from "./message-count.js";

/** The baseline of a cell's runs, in which nothing happens to the cluster: each change of its leader is a false election. */
export interface BaselineJob {
  readonly kind: "baseline";
  readonly scenario: Scenario;
  readonly seed: number;
  /** How many minutes of simulated time, each a run with a seed of its own. */
  readonly minutes: number;
}

/** What happened without cause, and what the cluster sends while nothing happens. */
export interface Baseline {
  readonly minutes: number;
  readonly falseElections: number;
  readonly ledMs: number;
  readonly observedMs: number;
  readonly messages: number;
}

/** What a job came to. */
export interface BaselineResult extends Baseline {
  readonly kind: "baseline";
}

/** A leader of long standing is not needed: whatever is wrong with a new one is a mistake as well. */
const baselineSettleMs = 1000;
const minuteMs = 60_000;

/** Strikes nobody: what is observed begins with the first fault. */
const begins: Scenario["faults"] = [{ at: 0, do: "wallJump", nodes: [], byMs: 0 }];

/** Plays baseline runs. */
export function playBaseline({ scenario, seed, minutes }: BaselineJob): BaselineResult {
  const { eligible: _, until: __, ...rest } = scenario;
  const settleMs = Math.min(scenario.settleMs, baselineSettleMs);
  const faults = [...begins, ...recurringFaults(scenario)];
  const baseline: Scenario = { ...rest, start: "settled", settleMs, faults, observeMs: minuteMs };
  let falseElections = 0;
  let ledMs = 0;
  let observedMs = 0;
  let messages = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const { outcome, watcher } = playWatched(baseline, seed + minute, () => new MessageCount(), {
      checks: "none",
    });
    const { metrics, simulatedMs } = outcome;
    falseElections += metrics.leaderChangeCount;
    ledMs += metrics.availability * metrics.observedMs;
    observedMs += metrics.observedMs;
    messages += (watcher.count * metrics.observedMs) / simulatedMs;
  }
  return { kind: "baseline", minutes, falseElections, ledMs, observedMs, messages };
}

/**
 * The faults that belong to the world of a scenario. Where the scenario is about the leader's crash, faults that come again and again,
 * such as pauses of event loops, stay in its baseline. Where it is about faults, none stays.
 */
function recurringFaults({ start, faults }: Scenario): Scenario["faults"] {
  return start === "crash-phase" ? faults.filter(({ at }) => at === undefined) : [];
}
