import { pairFailuresOf } from "../pair/pair-expectations.js";
import { parsePairScenario } from "../pair/pair-scenario.js";
import { playPair } from "../pair/play-pair.js";
import { type FailedExpectation, failuresOf } from "../run/expectations.js";
import type { RunOutcome } from "../run/outcome.js";
import { playRun } from "../run/run.js";
import { parseScenario } from "../scenario/scenario.js";
import { type PairPlan, pairDocumentOf, pairPlanOf } from "./pair-plan.js";
import { documentOf, type FuzzPlan, planOf } from "./plan.js";
import type { FuzzProfileName } from "./profile.js";

/** What went wrong in the run of a plan. */
export interface FuzzFailure {
  readonly seed: number;
  /** The invariant that was broken, the expectation that did not hold, or `exception` for what the simulator threw. */
  readonly invariant: string;
  readonly text: string;
}

/** What the run of one plan came to. */
export interface PlanOutcome {
  readonly failure: FuzzFailure | null;
  readonly events: number;
  readonly simulatedMs: number;
  readonly hash: string;
}

/** What the runs of some seeds came to, in the order of the seeds. */
export interface FuzzBatch {
  readonly failures: readonly FuzzFailure[];
  readonly events: number;
  readonly simulatedMs: number;
  readonly hashes: readonly string[];
}

/** Some seeds of a profile, the last included. */
export interface SeedRange {
  readonly profile: FuzzProfileName;
  readonly from: number;
  readonly to: number;
}

/** Plays the plans of some seeds, one after the other. @param change plants something in each plan of a cluster */
export function fuzz(
  { profile, from, to }: SeedRange,
  change: (plan: FuzzPlan) => FuzzPlan = (same) => same,
): FuzzBatch {
  const failures: FuzzFailure[] = [];
  const hashes: string[] = [];
  let events = 0;
  let simulatedMs = 0;
  for (let seed = from; seed <= to; seed++) {
    const outcome =
      profile === "pair" ? playPairPlan(pairPlanOf(seed)) : playPlan(change(planOf(profile, seed)));
    if (outcome.failure !== null) failures.push(outcome.failure);
    hashes.push(outcome.hash);
    events += outcome.events;
    simulatedMs += outcome.simulatedMs;
  }
  return { failures, events, simulatedMs, hashes };
}

/** Plays one plan as `raftbeat simulate` would play its document. */
export function playPlan(plan: FuzzPlan): PlanOutcome {
  const scenario = parseScenario(documentOf(plan));
  return outcomeOf(
    plan.seed,
    () => playRun(scenario, plan.seed),
    (run) => failuresOf(scenario.expect, [run]),
  );
}

/** Plays one plan of senders and observers as `raftbeat simulate` would play its document. */
export function playPairPlan(plan: PairPlan): PlanOutcome {
  const scenario = parsePairScenario(pairDocumentOf(plan));
  return outcomeOf(
    plan.seed,
    () => playPair(scenario, plan.seed),
    (run) => pairFailuresOf(scenario.expect, [run]),
  );
}

/** What the runs of all kinds of scenarios come to. */
type AnyOutcome = Pick<RunOutcome, "violation" | "eventCount" | "simulatedMs" | "traceHash">;

function outcomeOf<Outcome extends AnyOutcome>(
  seed: number,
  play: () => Outcome,
  failures: (run: Outcome) => readonly FailedExpectation[],
): PlanOutcome {
  let run: Outcome;
  try {
    run = play();
  } catch (error) {
    // What is thrown in the middle of a run is a bug as well, and is shrunk as one.
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { failure: { seed, invariant: "exception", text }, events: 0, simulatedMs: 0, hash: text };
  }
  const [failed] = failures(run);
  const invariant = run.violation?.invariant ?? failed?.text.split(":")[0] ?? "";
  return {
    failure: failed === undefined ? null : { seed, invariant, text: failed.text },
    events: run.eventCount,
    simulatedMs: run.simulatedMs,
    hash: run.traceHash,
  };
}
