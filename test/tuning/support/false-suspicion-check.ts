import { type Cluster, parseScenario, playWatched } from "../../../src/simulation/index.js";
import {
  type ElectionModel,
  falseElectionPerMs,
  falseSuspicionPerMs,
  keptSuspicionPerMs,
} from "../../../src/tuning/model/closed-forms.js";
import { SuspicionCount } from "./suspicion-count.js";

/** A network and timing under which followers suspect a leader who lives. */
export interface SuspicionWorld {
  readonly nodes: number;
  readonly loss: number;
  readonly heartbeatMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** Events that were counted, how many the closed form expects in the same time, and how many standard errors lie between. */
export interface CountedRate {
  readonly counted: number;
  readonly expected: number;
  readonly standardErrors: number;
}

/** Suspicions of all followers, beside the closed form and the one for timeouts that are kept, and those that a quorum would have shared. */
export interface SuspicionCheck {
  readonly suspicions: CountedRate;
  readonly suspicionsKept: CountedRate;
  readonly shared: CountedRate;
}

/** Messages take no time to speak of. */
const latencyMs = 0.1;

/** Plays minutes without a fault and counts. The quorum timeout is as long as may be, so that the leader stays. */
export function checkSuspicions(world: SuspicionWorld, minutes: number, seed: number): SuspicionCheck {
  const { nodes, loss, heartbeatMs, minMs, maxMs } = world;
  const scenario = parseScenario({
    cluster: { nodes },
    timing: {
      heartbeatIntervalMs: heartbeatMs,
      electionTimeout: { minMs, maxMs },
      quorumTimeoutMs: 2 * maxMs,
    },
    network: { latency: latencyMs, loss },
    disk: { write: 0 },
    start: "settled",
    settleMs: 0,
    observeMs: 60_000,
  });
  let suspicions = 0;
  let shared = 0;
  let ledMs = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const watch = (cluster: Cluster) => new SuspicionCount(cluster);
    const { outcome, watcher } = playWatched(scenario, seed + minute, watch, { checks: "none" });
    suspicions += watcher.suspicions;
    shared += watcher.shared;
    ledMs += outcome.metrics.observedMs;
  }
  const model: ElectionModel = {
    nodes,
    survivors: nodes - 1,
    baseMs: minMs,
    jitterMs: maxMs - minMs,
    heartbeatMs,
    latencyMs,
    writeMs: 0,
    preVote: true,
  };
  return {
    suspicions: rated(suspicions, (nodes - 1) * falseSuspicionPerMs(loss, model) * ledMs),
    suspicionsKept: rated(suspicions, (nodes - 1) * keptSuspicionPerMs(loss, model) * ledMs),
    shared: rated(shared, falseElectionPerMs(loss, minMs, model) * ledMs),
  };
}

/** Counts of rare, independent events spread like a Poisson count. */
function rated(counted: number, expected: number): CountedRate {
  return { counted, expected, standardErrors: (counted - expected) / Math.sqrt(expected) };
}
