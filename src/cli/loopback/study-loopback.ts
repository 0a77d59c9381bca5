import { RaftbeatError } from "../../errors.js";
import { systemClock } from "../../runtime/system-ports.js";
import { playRun } from "../../simulation/run/run.js";
import { parseScenario, type ScenarioInput } from "../../simulation/scenario/scenario.js";
import type { StudyResult } from "../../tuning/study/result.js";
import { type StudyRow, timesOf } from "../../tuning/study/study.js";
import { runDemo } from "../demo/run-demo.js";
import { type LoopbackSamples, measureLoopback } from "./loopback-samples.js";

/** What the study asks. */
export const loopbackQuestion =
  "How long do real processes on this machine take to replace a killed leader, and what does the simulator say of the same settings?";

/** How the study is played. */
export interface LoopbackOptions {
  readonly nodes: number;
  readonly kills: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, all: number) => void;
}

/** So many kills are between two measurements of the machine. */
const killsPerTurn = 15;

/** So many simulated kills for a real one: their quantiles shall not add to the noise. */
const simulatedPerKill = 50;

/**
 * Kills leaders of real processes, then leaders of a simulated cluster whose round trips, writes and timers are those measured on this
 * machine in turn with the kills. One row for the real ones, one for the simulated, with the ratio of the real to the simulated.
 */
export async function studyLoopback(options: LoopbackOptions): Promise<StudyResult[]> {
  const { nodes, kills, seed, signal, onProgress } = options;
  const samples = { roundTripsMs: [] as number[], writesMs: [] as number[], latenessMs: [] as number[] };
  const measure = async () => {
    const { roundTripsMs, writesMs, latenessMs } = await measureLoopback(nodes, signal);
    samples.roundTripsMs.push(...roundTripsMs);
    samples.writesMs.push(...writesMs);
    samples.latenessMs.push(...latenessMs);
  };
  const realMs: number[] = [];
  // In turn: what else the machine does changes from minute to minute.
  while (realMs.length < kills) {
    await measure();
    const left = Math.min(killsPerTurn, kills - realMs.length);
    const done = realMs.length;
    realMs.push(...(await killLeaders(nodes, left, signal, (more) => onProgress(done + more, kills))));
  }
  await measure();
  const simulatedMs = await simulatedKills(nodes, kills * simulatedPerKill, seed, samples, signal);
  const real = rowOf(nodes, "real processes", realMs);
  const simulated = rowOf(nodes, "simulator", simulatedMs);
  const ratios = Object.fromEntries(
    (["p50Ms", "p90Ms"] as const).map((key) => [
      `${key.slice(0, -2)}OfSimulated`,
      Number((Number(real[key]) / Number(simulated[key])).toFixed(3)),
    ]),
  );
  return [
    { labels: { of: "real processes" }, row: { ...real, ...ratios }, timesMs: realMs, published: null },
    {
      labels: { of: "simulator" },
      row: { ...simulated, p50OfSimulated: 1, p90OfSimulated: 1 },
      timesMs: simulatedMs.filter((ms) => ms !== null),
      published: null,
    },
  ];
}

async function killLeaders(
  nodes: number,
  kills: number,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<number[]> {
  const timesMs: number[] = [];
  const plan = {
    replicaCount: nodes,
    killCount: kills,
    signal: "KILL",
    timing: "lan",
    pauseMs: 700,
  } as const;
  const totals = await runDemo(
    plan,
    (event) => {
      if (event.event !== "elected" || event.failoverMs === null) return;
      timesMs.push(event.failoverMs);
      onProgress(timesMs.length);
    },
    signal,
  );
  const { leadersPerTermMax, leaseOverlapMs } = totals;
  if (leadersPerTermMax !== 1 || leaseOverlapMs !== 0)
    throw new RaftbeatError(
      "internal",
      `real processes broke an invariant: ${leadersPerTermMax} leaders in a term, leases overlapped for ${leaseOverlapMs} ms`,
    );
  return timesMs;
}

/**
 * Kills at random phases of the heartbeat interval in a cluster with these parts; null where nobody led again.
 * @throws RaftbeatError `internal` where a run broke an invariant, `aborted`
 */
export async function simulatedKills(
  nodes: number,
  kills: number,
  seed: number,
  { roundTripsMs, writesMs, latenessMs }: LoopbackSamples,
  signal?: AbortSignal,
): Promise<(number | null)[]> {
  const input: ScenarioInput = {
    cluster: { nodes },
    timing: "lan",
    network: { latency: { samples: roundTripsMs.map((ms) => ms / 2) } },
    disk: { write: { samples: [...writesMs] } },
    timers: { lateness: { samples: [...latenessMs] } },
    start: "crash-phase",
    until: "announced",
  };
  const scenario = parseScenario(input);
  const timesMs: (number | null)[] = [];
  for (let kill = 0; kill < kills; kill++) {
    if (kill % killsPerBreath === 0) {
      await new Promise<void>((resolve) => clock.afterPoll(resolve));
      if (signal?.aborted === true) throw new RaftbeatError("aborted", "interrupted");
    }
    const { metrics, violation } = playRun(scenario, seed + kill, { checks: "safety" });
    if (violation !== null)
      throw new RaftbeatError(
        "internal",
        `${violation.invariant} broken in seed ${seed + kill}: ${violation.text}`,
      );
    timesMs.push(metrics.recoveryMs);
  }
  return timesMs;
}

/** After so many kills signals are listened to. */
const killsPerBreath = 50;
const clock = systemClock();

function rowOf(nodes: number, of: string, timesMs: readonly (number | null)[]): StudyRow {
  const trials = timesMs.map((ms) => ({
    ms,
    availability: 0,
    leaderChangeCount: 0,
    termGrowth: 0,
    observedMs: 0,
    violation: null,
  }));
  return { of, nodes, ...timesOf(trials) };
}
