import { resolveTiming, type TimingInput } from "../../protocol/index.js";
import type { Latency } from "../kernel/latency.js";
import { integerOf, type Stream, splitSeed } from "../kernel/prng.js";
import type { ScenarioInput } from "../scenario/scenario.js";
import { logUniform, oneOf, rounded, weighted } from "./chance.js";
import { type FaultGround, type FaultInput, faultsOf } from "./fault.js";
import { type ClusterProfileName, type FaultKind, type FuzzProfile, fuzzProfiles } from "./profile.js";

/** A random cluster, its settings and what goes wrong in it, in parts that a shrinker may take away. */
export interface FuzzPlan {
  readonly profile: ClusterProfileName;
  readonly seed: number;
  readonly nodes: number;
  readonly observers: number;
  readonly timing: TimingInput;
  /** Nodes with a timing of their own. */
  readonly ownTimings: Readonly<Record<string, TimingInput>>;
  readonly transport: "datagram" | "stream";
  readonly latency: Latency;
  readonly duplicate: number;
  readonly writeMs: Latency;
  readonly latenessMs: Latency;
  readonly start: "settled" | "fresh";
  /** In the order in which they strike. */
  readonly faults: readonly FaultInput[];
  /** When all faults end, counted like theirs. */
  readonly healAtMs: number;
}

/** Makes the plan of a seed: the same for ever, whatever else is played. */
export function planOf(profile: ClusterProfileName, seed: number): FuzzPlan {
  const own: FuzzProfile = fuzzProfiles[profile];
  const streams = splitSeed(seed);
  const streamOf = (purpose: string) => streams(`fuzz/${profile}/${purpose}`);
  const shape = streamOf("cluster");
  const nodes = weighted(shape, [
    [3, 40],
    [4, 15],
    [5, 25],
    [6, 5],
    [7, 8],
    [1, 2],
    [2, 3],
    [9, 2],
  ] as const);
  const observers = weighted(
    shape,
    profile === "membership"
      ? ([
          [0, 1],
          [1, 3],
          [2, 3],
        ] as const)
      : ([
          [0, 6],
          [1, 2],
          [2, 1],
        ] as const),
  );
  const voterIds = Array.from({ length: nodes }, (_, index) => `n${index + 1}`);
  const observerIds = Array.from({ length: observers }, (_, index) => `o${index + 1}`);
  const timings = timingsOf(streamOf("timing"), own, [...voterIds, ...observerIds]);
  const all = [timings.timing, ...Object.values(timings.ownTimings)];
  const holdMs = Math.min(
    ...all.map(({ voteHoldMs, electionTimeout }) => voteHoldMs ?? electionTimeout.minMs),
  );
  const timeoutMs = Math.max(...all.map(({ electionTimeout }) => electionTimeout.maxMs));
  const network = streamOf("network");
  const drift = Math.min(...all.map(({ clockDriftRatio }) => clockDriftRatio ?? 0));
  const faultStream = streamOf("faults");
  const ground: FaultGround = {
    stream: faultStream,
    voters: voterIds,
    observers: observerIds,
    timeoutMs,
    holdMs,
    driftRatio: drift,
    longestFaultMs: own.longestFaultTimeouts * timeoutMs,
    forgetful: nodes >= 3 && faultStream() < 0.4 ? oneOf(faultStream, voterIds) : null,
  };
  const spanMs = own.longestFaultTimeouts * timeoutMs * (1 + 1.5 * faultStream());
  const faults = script(own, spanMs, ground);
  const lastMs = Math.max(spanMs, ...faults.map(({ at }) => at ?? 0));
  return {
    profile,
    seed,
    nodes,
    observers,
    ...timings,
    transport: network() < 0.6 ? "datagram" : "stream",
    latency: upTo(network, (own.roundTripShare / 2) * holdMs),
    duplicate: network() < 0.3 ? rounded(0.3 * network(), 2) : 0,
    writeMs: upTo(streamOf("disk"), own.writeShare * holdMs),
    latenessMs: upTo(streamOf("timers"), (own.latenessShare / 2) * holdMs),
    start: streamOf("start")() < 0.8 ? "settled" : "fresh",
    faults,
    healAtMs: rounded(lastMs + 0.1 * spanMs, 1),
  };
}

/**
 * The scenario of a plan. After the heal a leader must emerge within the time that allows for fifteen failed elections in a row
 * (L1, which the run checks too), and then there must be one until the end.
 */
export function documentOf(plan: FuzzPlan): ScenarioInput {
  const { profile, seed, nodes, observers, timing, ownTimings, transport, latency, duplicate, healAtMs } =
    plan;
  const windowMs = emergenceMs(plan);
  const firstAtMs = Math.min(healAtMs, ...plan.faults.map((fault) => fault.at ?? 0));
  const hasOwn = Object.keys(ownTimings).length > 0;
  return {
    name: `fuzz-${profile}-${seed}`,
    question: `Does every invariant hold under the faults that profile ${profile} draws from seed ${seed}?`,
    seed,
    runs: 1,
    cluster: { nodes, observers },
    timing: hasOwn ? { default: timing, nodes: ownTimings } : timing,
    network: { transport, latency, duplicate },
    disk: { write: plan.writeMs },
    timers: { lateness: plan.latenessMs },
    start: plan.start,
    settleMs: rounded(2 * timing.electionTimeout.maxMs, 1),
    faults: [...plan.faults, { at: healAtMs, do: "heal" }],
    observeMs: rounded(healAtMs - firstAtMs + 1.5 * windowMs, 1),
    expect: [{ leaders: { min: 1, max: 1, after: rounded(healAtMs - firstAtMs + windowMs, 1) } }],
  };
}

/** Within how much time after the heal somebody must lead: as long as the simulator's check of L1 waits, and a little more. */
function emergenceMs({ timing, ownTimings, transport }: FuzzPlan): number {
  const all = [timing, ...Object.values(ownTimings)];
  const longest = Math.max(
    ...all.map((one) => {
      const { electionTimeout, quorumTimeoutMs, voteHoldMs } = one;
      return (
        15 * electionTimeout.maxMs +
        (quorumTimeoutMs ?? electionTimeout.maxMs) +
        (voteHoldMs ?? electionTimeout.minMs)
      );
    }),
  );
  // A connection that was stuck is tried again, or given up and dialled anew.
  return longest * 1.05 + (transport === "stream" ? slowestReconnectMs : 0);
}

const slowestReconnectMs = 12_000;

/** A timing for all, and in one script of three others for some; all legal, and no clock worse than any of them allows for. */
function timingsOf(
  stream: Stream,
  { widestDriftRatio }: FuzzProfile,
  ids: readonly string[],
): Pick<FuzzPlan, "timing" | "ownTimings"> {
  const clockDriftRatio = rounded(logUniform(stream, 0.001, widestDriftRatio), 3);
  const scaleMs = logUniform(stream, 40, 1500);
  const timing = timingOf(stream, scaleMs, clockDriftRatio);
  const ownTimings: Record<string, TimingInput> = {};
  if (stream() < 0.33)
    for (const id of ids)
      if (stream() < 0.4)
        ownTimings[id] = timingOf(stream, scaleMs * logUniform(stream, 0.4, 2.5), clockDriftRatio);
  return { timing, ownTimings };
}

function timingOf(stream: Stream, scaleMs: number, clockDriftRatio: number): TimingInput {
  const minMs = Math.round(scaleMs);
  const maxMs = Math.round(minMs * (1.5 + 2 * stream()));
  const voteHoldMs = stream() < 0.7 ? minMs : Math.round(minMs * (0.5 + 0.5 * stream()));
  const timing: TimingInput = {
    heartbeatIntervalMs: rounded(voteHoldMs * logUniform(stream, 0.08, 0.5), 0),
    electionTimeout: { minMs, maxMs },
    clockDriftRatio,
    ...(voteHoldMs === minMs ? {} : { voteHoldMs }),
    ...(stream() < 0.7
      ? {}
      : { quorumTimeoutMs: Math.round(voteHoldMs + stream() * (2 * maxMs - voteHoldMs)) }),
  };
  return legal(timing);
}

/** Rounding may have put an interval beside what is legal. */
function legal(timing: TimingInput): TimingInput {
  if (resolveTiming(timing).ok) return timing;
  const holdMs = timing.voteHoldMs ?? timing.electionTimeout.minMs;
  return { ...timing, heartbeatIntervalMs: Math.max(1, Math.floor(holdMs / 2)) };
}

function upTo(stream: Stream, mostMs: number): Latency {
  const most = rounded(logUniform(stream, mostMs / 20, mostMs), 3);
  return stream() < 0.5 ? most : { uniform: [rounded(most * 0.3 * stream(), 3), most] };
}

function script(
  { weights, faultCount, swarm }: FuzzProfile,
  spanMs: number,
  ground: FaultGround,
): FaultInput[] {
  const { stream } = ground;
  const [least, most] = faultCount;
  let kinds = Object.entries(weights) as [FaultKind, number][];
  if (swarm) {
    const some = kinds.filter(() => stream() < 0.5);
    if (some.length > 0) kinds = some;
  }
  const count = integerOf(stream, least, most + 1);
  const times = Array.from({ length: count }, () => stream() * spanMs).sort((a, b) => a - b);
  return times.flatMap((atMs) => faultsOf(weighted(stream, kinds), atMs, ground));
}
