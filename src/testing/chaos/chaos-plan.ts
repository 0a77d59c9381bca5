import { weighted } from "../../simulation/fuzz/chance.js";
import { type FaultGround, type FaultInput, faultsOf } from "../../simulation/fuzz/fault.js";
import { type FaultKind, fuzzProfiles } from "../../simulation/fuzz/profile.js";
import { integerOf, splitSeed } from "../../simulation/kernel/prng.js";
import type { ServiceCluster } from "../service-cluster.js";
import type { ServiceFault } from "../service-options.js";

/** A fault, and in how many milliseconds from the beginning it strikes. */
export type TimedFault = ServiceFault & { readonly at: number };

/** What strikes a service: all that strikes a cluster in the swarm of `raftbeat fuzz`, but nothing that an operator would order. */
const kinds = Object.entries(fuzzProfiles.swarm.weights).filter(
  ([kind]) => !["transfer", "reconfigure", "wipe", "restart"].includes(kind),
) as [FaultKind, number][];

/** The faults of a seed: between 3 and 10, in the order of their times. Each kind is left out half of the time (swarm testing). */
export function faultsOfSeed(cluster: ServiceCluster, seed: number, forMs: number): TimedFault[] {
  const { processes, options } = cluster.cluster;
  const stream = splitSeed(seed)("chaos");
  const all = processes.map(({ settings }) => settings);
  const timeoutMs = Math.max(...all.map(({ electionTimeout }) => electionTimeout.maxMs));
  const ground: FaultGround = {
    stream,
    voters: options.voters,
    observers: options.observers,
    timeoutMs,
    holdMs: Math.min(...all.map(({ voteHoldMs }) => voteHoldMs)),
    driftRatio: Math.min(...all.map(({ clockDriftRatio }) => clockDriftRatio)),
    longestFaultMs: fuzzProfiles.swarm.longestFaultTimeouts * timeoutMs,
    forgetful: null,
  };
  const some = kinds.filter(() => stream() < 0.5);
  const drawn = some.length > 0 ? some : kinds;
  return Array.from({ length: integerOf(stream, 3, 11) }, () => stream() * forMs)
    .flatMap((atMs) => faultsOf(weighted(stream, drawn), atMs, ground))
    .map(timed)
    .filter(({ at }) => at < forMs)
    .sort((a, b) => a.at - b.at);
}

/** None of the kinds above is an order, and each says when it strikes. */
function timed(fault: FaultInput): TimedFault {
  return { ...fault, at: fault.at ?? 0 } as TimedFault;
}
