import type { PeerStatus } from "../../liveness/roster/liveness-event.js";
import type { Violation } from "../checks/safety.js";
import type { Detection, RosterTruth, Verdict } from "./checks/roster-truth.js";

/** What was measured in one run of a pair scenario, from the end of the settling on. */
export interface PairMetrics {
  /** Every suspicion and every death, in order. */
  readonly verdicts: readonly Verdict[];
  /** Suspicions of senders that ran. */
  readonly falseSuspicions: number;
  readonly trueSuspicions: number;
  readonly falseDeaths: number;
  readonly trueDeaths: number;
  readonly restarts: number;
  readonly goodbyes: number;
  /** How often a peer was told to flap. */
  readonly flaps: number;
  /** How often an observer began to doubt itself. */
  readonly doubts: number;
  /** How long each false suspicion lasted that ended, in milliseconds. */
  readonly mistakesMs: readonly number[];
  /** When each crash was suspected. */
  readonly suspicionDelays: readonly Detection[];
  /** When each crash was declared. */
  readonly deathDelays: readonly Detection[];
  /** What each observer holds of each sender at the end. */
  readonly ends: Readonly<Record<string, Readonly<Record<string, PeerStatus>>>>;
  readonly observedMs: number;
}

/** What one run of a pair scenario came to. */
export interface PairOutcome {
  readonly seed: number;
  readonly metrics: PairMetrics;
  /** The first broken invariant, which ended the run. */
  readonly violation: (Violation & { readonly lastEvents: readonly string[] }) | null;
  readonly eventCount: number;
  readonly simulatedMs: number;
  readonly traceHash: string;
}

/** The metrics of a run whose truth is known. */
export function metricsOf(
  truth: RosterTruth,
  senders: readonly string[],
  observers: readonly string[],
  observedMs: number,
): PairMetrics {
  const count = (kind: "suspect" | "dead", isTrue: boolean) =>
    truth.verdicts.filter((verdict) => verdict.kind === kind && verdict.isTrue === isTrue).length;
  const ofObserver = (observer: string) =>
    Object.fromEntries(senders.map((id) => [id, truth.held.get(`${observer}/${id}`) ?? "unknown"] as const));
  return {
    verdicts: [...truth.verdicts],
    falseSuspicions: count("suspect", false),
    trueSuspicions: count("suspect", true),
    falseDeaths: count("dead", false),
    trueDeaths: count("dead", true),
    restarts: truth.counts.restarted,
    goodbyes: truth.counts.left,
    flaps: truth.counts.flapping,
    doubts: truth.counts.doubt,
    mistakesMs: truth.verdicts.flatMap(({ kind, isTrue, atMs, endedAtMs }) =>
      kind === "suspect" && !isTrue && endedAtMs !== null ? [endedAtMs - atMs] : [],
    ),
    suspicionDelays: [...truth.suspicionDelays],
    deathDelays: [...truth.deathDelays],
    ends: Object.fromEntries(observers.map((observer) => [observer, ofObserver(observer)])),
    observedMs,
  };
}
