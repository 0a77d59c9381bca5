import type { Latency } from "../kernel/latency.js";
import { integerOf, type Stream, splitSeed } from "../kernel/prng.js";
import type { PairScenarioInput } from "../pair/pair-schema.js";
import { blockSites } from "../scenario/fault-schema.js";
import { logUniform, oneOf, rounded, someOf, weighted } from "./chance.js";

/** A fault as it stands in a pair scenario. */
export type PairFaultInput = NonNullable<PairScenarioInput["faults"]>[number];

type DetectorInput = PairScenarioInput["pair"]["detector"];

/** Random senders and observers, their detector and what goes wrong, in parts that a shrinker may take away. */
export interface PairPlan {
  readonly seed: number;
  readonly senders: number;
  readonly observers: number;
  readonly zones: number;
  readonly detector: DetectorInput;
  /** What a detector calls its window, in milliseconds: all times of the plan go by it. */
  readonly windowMs: number;
  readonly deadAfterMs: number;
  readonly rise: number;
  readonly brakeMs: number;
  readonly watch: boolean;
  readonly transport: "datagram" | "stream";
  readonly latency: Latency;
  readonly duplicate: number;
  readonly latenessMs: Latency;
  /** In the order in which they strike. */
  readonly faults: readonly PairFaultInput[];
  /** When all faults end, counted like theirs. */
  readonly healAtMs: number;
}

/** Makes the plan of a seed: the same for ever, whatever else is played. */
export function pairPlanOf(seed: number): PairPlan {
  const streams = splitSeed(seed);
  const streamOf = (purpose: string) => streams(`fuzz/pair/${purpose}`);
  const shape = streamOf("parties");
  const senders = weighted(shape, [
    [1, 3],
    [2, 2],
    [3, 2],
    [5, 2],
    [10, 2],
  ] as const);
  const zones = senders < 3 ? 1 : oneOf(shape, [1, 1, 2, 3]);
  const settings = streamOf("settings");
  const intervalMs = Math.round(logUniform(settings, 20, 2000));
  const pauseMs = Math.round(intervalMs * logUniform(settings, 1, 8));
  const windowMs = intervalMs + pauseMs;
  const network = streamOf("network");
  const faults = script(streamOf("faults"), { senders, zones, intervalMs, windowMs });
  const lastMs = Math.max(windowMs, ...faults.map(({ at }) => at ?? 0));
  return {
    seed,
    senders,
    observers: shape() < 0.8 ? 1 : 2,
    zones,
    detector: detectorOf(settings, intervalMs, pauseMs),
    windowMs,
    deadAfterMs: settings() < 0.5 ? windowMs : Math.round(settings() * 3 * windowMs),
    rise: integerOf(settings, 1, 4),
    brakeMs: Math.round(logUniform(settings, 1, 20) * windowMs),
    watch: settings() < 0.3,
    transport: network() < 0.6 ? "datagram" : "stream",
    latency: upTo(network, 0.15 * pauseMs),
    duplicate: network() < 0.3 ? rounded(0.3 * network(), 2) : 0,
    latenessMs: upTo(network, 0.05 * intervalMs),
    faults,
    healAtMs: rounded(lastMs + windowMs, 1),
  };
}

/**
 * The scenario of a plan. Once all faults are over every sender is trusted again, after the time that connections, late beats and dead peers take. Then the
 * first sender crashes, and must be found out.
 */
export function pairDocumentOf(plan: PairPlan): PairScenarioInput {
  const { seed, senders, observers, zones, detector, deadAfterMs, rise, brakeMs, watch, windowMs } = plan;
  const { transport, latency, duplicate, healAtMs } = plan;
  const crashAtMs = rounded(healAtMs + 10 * windowMs + slowestReconnectMs, 1);
  return {
    name: `fuzz-pair-${seed}`,
    question: `Does every invariant hold under the faults that profile pair draws from seed ${seed}?`,
    seed,
    runs: 1,
    pair: { senders, observers, zones, detector, deadAfterMs, rise, brakeMs, watch },
    network: { transport, latency, duplicate },
    timers: { lateness: plan.latenessMs },
    settleMs: 5 * windowMs,
    faults: [
      ...plan.faults,
      { at: healAtMs, do: "heal" },
      { at: crashAtMs, do: "crash", nodes: "s1", host: true },
    ],
    observeMs: rounded(crashAtMs + 12 * windowMs, 1),
    expect: [
      {
        ends: Object.fromEntries(
          Array.from({ length: senders }, (_, index) => [
            `s${index + 1}`,
            index === 0 ? (["suspect", "dead"] as const) : (["alive"] as const),
          ]),
        ) as Record<string, ("alive" | "suspect" | "dead")[]>,
      },
    ],
  };
}

/** How long a connection that was stuck may take to be given up and dialled anew. */
const slowestReconnectMs = 12_000;

function detectorOf(stream: Stream, intervalMs: number, pauseMs: number): DetectorInput {
  const pace = { intervalMs, pauseMs };
  const sampleCount = integerOf(stream, 2, 60);
  switch (
    oneOf(stream, ["missed", "nfdS", "nfdE", "nfdE", "phiNormal", "phiExponential", "bertier"] as const)
  ) {
    case "missed":
      return { name: "missed", ...pace };
    case "nfdS":
      return { name: "nfdS", ...pace };
    case "nfdE":
      return { name: "nfdE", ...pace, sampleCount };
    case "phiNormal":
      return { name: "phiNormal", ...pace, sampleCount, threshold: rounded(logUniform(stream, 1, 16), 1) };
    case "phiExponential":
      return { name: "phiExponential", ...pace, sampleCount };
    case "bertier":
      return { name: "bertier", ...pace, sampleCount };
  }
}

interface Ground {
  readonly senders: number;
  readonly zones: number;
  readonly intervalMs: number;
  readonly windowMs: number;
}

const kinds = [
  ["cut", 3],
  ["cutOneWay", 2],
  ["isolate", 2],
  ["flaky", 2],
  ["hold", 4],
  ["loss", 2],
  ["latency", 3],
  ["duplicate", 1],
  ["crash", 4],
  ["restart", 3],
  ["leave", 2],
  ["pause", 3],
  ["suspend", 4],
  ["block", 5],
  ["clockRate", 2],
  ["wallJump", 2],
] as const;

function script(stream: Stream, ground: Ground): PairFaultInput[] {
  const count = integerOf(stream, 2, 13);
  const spanMs = ground.windowMs * logUniform(stream, 3, 30);
  const times = Array.from({ length: count }, () => stream() * spanMs).sort((a, b) => a - b);
  return times.map((atMs) => faultOf(stream, weighted(stream, kinds), rounded(atMs, 1), ground));
}

function faultOf(
  stream: Stream,
  kind: (typeof kinds)[number][0],
  at: number,
  { senders, zones, intervalMs, windowMs }: Ground,
): PairFaultInput {
  const lastsMs = () => rounded(logUniform(stream, intervalMs / 4, 6 * windowMs), 1);
  const lasting = stream() < 0.15 ? { at } : { at, for: lastsMs() };
  const ids = Array.from({ length: senders }, (_, index) => `s${index + 1}`);
  const sender = () => {
    const chance = stream();
    if (chance < 0.2) return "senders";
    if (chance < 0.35) return `zone${integerOf(stream, 1, zones + 1)}`;
    const some = chance < 0.6 ? someOf(stream, ids, 1) : [oneOf(stream, ids)];
    return some.length === 1 ? (some[0] as string) : some;
  };
  // Mostly the observer: what it makes of its own absences is what matters most.
  const anyone = () => (stream() < 0.55 ? "o1" : sender());
  const between = { between: [sender(), "observers"] as [string | string[], string] };
  switch (kind) {
    case "cut":
      return { ...lasting, do: kind, ...between };
    case "cutOneWay":
      return { ...lasting, do: kind, from: sender(), to: "observers" };
    case "isolate":
    case "pause":
    case "suspend":
      return { ...lasting, do: kind, nodes: anyone() };
    case "block":
      return { at, for: lastsMs(), do: kind, nodes: anyone(), in: oneOf(stream, blockSites) };
    case "flaky":
      return { ...lasting, do: kind, ...between, upMs: lastsMs(), downMs: lastsMs() };
    case "hold":
      return { ...lasting, do: kind, ...between };
    case "loss":
      return { ...lasting, do: kind, ...between, rate: rounded(0.05 + 0.9 * stream(), 2) };
    case "latency":
      return {
        ...lasting,
        do: kind,
        ...between,
        latency: { exponential: rounded(logUniform(stream, 1, 3 * windowMs), 1) },
      };
    case "duplicate":
      return { ...lasting, do: kind, ...between, rate: rounded(0.05 + 0.9 * stream(), 2) };
    case "crash":
      return { ...lasting, do: kind, nodes: anyone(), ...(stream() < 0.4 ? { host: true } : {}) };
    case "restart":
      return { at, do: kind, nodes: stream() < 0.2 ? "o1" : sender() };
    case "leave":
      return { ...lasting, do: kind, nodes: sender() };
    case "clockRate":
      return { ...lasting, do: kind, nodes: anyone(), rate: rounded(logUniform(stream, 0.8, 1.25), 3) };
    case "wallJump": {
      const byMs = rounded(logUniform(stream, 1, 1e6), 1);
      return { ...lasting, do: kind, nodes: anyone(), byMs: stream() < 0.5 ? byMs : -byMs };
    }
  }
}

function upTo(stream: Stream, mostMs: number): Latency {
  const most = rounded(logUniform(stream, mostMs / 20, mostMs), 3);
  return stream() < 0.5 ? most : { uniform: [rounded(most * 0.3 * stream(), 3), most] };
}
