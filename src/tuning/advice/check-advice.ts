import type { Timing } from "../../protocol/index.js";
import { quantiles } from "../../quantiles.js";
import { parseScenario, type ScenarioInput } from "../../simulation/index.js";
import { monthHours, monthMs, type NetworkProfile, worldOf } from "../model/network-profile.js";
import { type Interval, meanInterval, poissonInterval } from "../statistics/confidence.js";
import type { BaselineResult } from "../sweep/baseline.js";
import type { RunsJob, RunsResult } from "../sweep/cell-runs.js";
import { baselineOn, runsOn, type SweepExecutor } from "../sweep/sweep-job.js";

/** Settings that are played on a profile, with the same seeds as the others. */
export interface CheckPlan {
  readonly profile: NetworkProfile;
  readonly timings: readonly Timing[];
  /** Crashes of each. */
  readonly runs: number;
  /** Simulated minutes of each without a crash. */
  readonly quietMinutes: number;
  /** The first run's and the first minute's; the others follow. */
  readonly seed: number;
}

/** What settings gave in the simulation. */
export interface SimulatedFigures {
  readonly runs: number;
  /** Runs with a leader again. */
  readonly recovered: number;
  /** From the crash to a leader with a lease. */
  readonly leaderlessMeanMs: number | null;
  /** Half of the 95 % interval of the mean; null of fewer than two runs. */
  readonly leaderlessHalfWidthMs: number | null;
  readonly leaderlessP99Ms: number | null;
  /** Of each run with a leader again. */
  readonly recoveriesMs: readonly number[];
  readonly quietHours: number;
  /** Leader changes without a crash. */
  readonly falseElections: number;
  /** The 95 % interval of their rate. */
  readonly falseElectionsPerHour: Interval;
  /** The share of quiet time without a leader, lapsed leases among it. */
  readonly quietLeaderlessShare: number;
  readonly messagesPerSecond: number;
  /** What the longest stall of the leader did; null where none is known. */
  readonly longestStalls: StallFigures | null;
  /** The invariants that were broken; all of the crashes are checked. */
  readonly violations: readonly string[];
  /** A month of it: crashes at one per MTBF, the quiet share, and the longest stalls. Null if some run found no leader. */
  readonly leaderlessPerMonthMs: number | null;
}

/** The longest stall of the leader, played at all phases of its heartbeat interval. */
export interface StallFigures {
  readonly stalls: number;
  /** Those that left the cluster without a leader. */
  readonly lost: number;
  /** For how long, over all of them. */
  readonly leaderlessMeanMs: number;
}

/** A crash that nobody is elected after within this counts as not recovered. */
const longestOutageMs = 600_000;
const runsPerJob = 25;
const minutesPerJob = 2;
/** Stalls begin at the middles of so many equal shares of the heartbeat interval, of each so many. */
const stallPhases = 8;
const stallsPerPhase = 4;
/** The leader has beaten so often before it stalls. */
const heartbeatsBeforeStall = 4;

/**
 * Plays crashes and quiet minutes with each of the settings. The seeds are paired, and the figures do not depend on the executor.
 * @param onProgress is told after each job how many of all are done
 */
export async function checkAdvice(
  plan: CheckPlan,
  executor: SweepExecutor,
  onProgress: (done: number, all: number) => void = () => {},
): Promise<SimulatedFigures[]> {
  const all = jobCountOf(plan);
  let done = 0;
  const counted: SweepExecutor = {
    ...executor,
    run: async (job) => {
      const result = await executor.run(job);
      onProgress(++done, all);
      return result;
    },
  };
  return Promise.all(plan.timings.map((timing) => figuresOf(plan, timing, counted)));
}

async function figuresOf(
  { profile, runs, quietMinutes, seed }: CheckPlan,
  timing: Timing,
  executor: SweepExecutor,
): Promise<SimulatedFigures> {
  const scenario = parseScenario({
    ...worldOf(profile),
    timing,
    start: "crash-phase",
    settleMs: 0,
    until: "announced",
    observeMs: longestOutageMs,
  } as const satisfies ScenarioInput);
  const [crashes, minutes, stalls] = await Promise.all([
    Promise.all(
      pieces(runs, runsPerJob).map(({ from, count }) =>
        runsOn(executor, {
          kind: "runs",
          scenario,
          seed: seed + from,
          runs: count,
          metric: "recoveryMs",
          checkedRuns: count,
        }),
      ),
    ),
    Promise.all(
      pieces(quietMinutes, minutesPerJob).map(({ from, count }) =>
        baselineOn(executor, { kind: "baseline", scenario, seed: seed + from, minutes: count }),
      ),
    ),
    Promise.all(stallJobs(profile, timing, seed).map((job) => runsOn(executor, job))),
  ]);
  return summed(profile, crashes, minutes, stallsOf(stalls));
}

/** How many jobs a plan is made of. */
function jobCountOf({ profile, timings, runs, quietMinutes }: CheckPlan): number {
  const stalls = profile.longestStallMs === 0 ? 0 : stallPhases;
  return timings.length * (Math.ceil(runs / runsPerJob) + Math.ceil(quietMinutes / minutesPerJob) + stalls);
}

/** The leader's process stalls once, and is watched until there has been time for some elections. */
function stallJobs(profile: NetworkProfile, timing: Timing, seed: number): RunsJob[] {
  const { longestStallMs, writeMs } = profile;
  if (longestStallMs === 0) return [];
  const { heartbeatIntervalMs, electionTimeout } = timing;
  return Array.from({ length: stallPhases }, (_, phase) => ({
    kind: "runs",
    scenario: parseScenario({
      ...worldOf(profile),
      timing,
      start: "settled",
      settleMs: (heartbeatsBeforeStall + (phase + 0.5) / stallPhases) * heartbeatIntervalMs,
      faults: [{ at: 0, do: "pause", nodes: "leader", for: longestStallMs }],
      observeMs: longestStallMs + 10 * (electionTimeout.maxMs + writeMs),
    } satisfies ScenarioInput),
    seed: seed + phase * stallsPerPhase,
    runs: stallsPerPhase,
    metric: "unavailableMs",
    checkedRuns: stallsPerPhase,
  }));
}

/** What rounding leaves of a time that was led throughout. */
const roundingMs = 1e-3;

function stallsOf(results: readonly RunsResult[]): StallFigures | null {
  const timesMs = results.flatMap(({ metrics }) => metrics).map((ms) => ms ?? 0);
  if (timesMs.length === 0) return null;
  return {
    stalls: timesMs.length,
    lost: timesMs.filter((ms) => ms > roundingMs).length,
    leaderlessMeanMs: timesMs.reduce((sum, ms) => sum + ms, 0) / timesMs.length,
  };
}

function summed(
  { mtbfHours, longestStallEveryHours }: NetworkProfile,
  crashes: readonly RunsResult[],
  minutes: readonly BaselineResult[],
  longestStalls: StallFigures | null,
): SimulatedFigures {
  const stallsMs = (monthHours / longestStallEveryHours) * (longestStalls?.leaderlessMeanMs ?? 0);
  const all = crashes.flatMap(({ recoveriesMs }) => recoveriesMs);
  const seen = all.filter((ms) => ms !== null);
  const { mean, halfWidth } = meanInterval(seen);
  const sum = (of: (one: BaselineResult) => number) => minutes.reduce((total, one) => total + of(one), 0);
  const observedMs = sum((one) => one.observedMs);
  const quietHours = observedMs / 3_600_000;
  const falseElections = sum((one) => one.falseElections);
  const { low, high } = poissonInterval(falseElections);
  const share = Math.max(0, 1 - sum((one) => one.ledMs) / observedMs);
  return {
    runs: all.length,
    recovered: seen.length,
    leaderlessMeanMs: seen.length === 0 ? null : mean,
    leaderlessHalfWidthMs: Number.isFinite(halfWidth) ? halfWidth : null,
    leaderlessP99Ms: quantiles(seen)?.p99 ?? null,
    recoveriesMs: seen,
    quietHours,
    falseElections,
    falseElectionsPerHour: { low: low / quietHours, high: high / quietHours },
    quietLeaderlessShare: share,
    violations: [...new Set(crashes.flatMap(({ violations }) => violations))],
    longestStalls,
    messagesPerSecond: (1000 * sum((one) => one.messages)) / observedMs,
    leaderlessPerMonthMs:
      seen.length < all.length
        ? null
        : Math.min(monthMs, (monthHours / mtbfHours) * mean + share * monthMs + stallsMs),
  };
}

function pieces(total: number, size: number): { readonly from: number; readonly count: number }[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    from: index * size,
    count: Math.min(size, total - index * size),
  }));
}
