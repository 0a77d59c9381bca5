import type { TimingInput } from "raftbeat";
import { type Heard, ProcessCluster } from "./cluster.js";

/** What pauses of leaders, all as long, came to. */
export interface PausesMeasured {
  readonly count: number;
  /** How many of them cost the leader its lease. */
  readonly lostCount: number;
  /** From the beginning of the pause to the next lease, where one was lost. */
  readonly nextLeaderMs: readonly number[];
}

/** What a cluster of real processes came to. */
export interface PresetMeasured {
  readonly failoverMs: readonly number[];
  readonly pauses: ReadonlyMap<number, PausesMeasured>;
}

type Gained = Extract<Heard, { kind: "gained" }>;
type Lost = Extract<Heard, { kind: "lost" }>;

const recoversWithinMs = 30_000;
/** After a pause so much time for what comes of it. */
const calmMs = 500;

/** Kills leaders of three processes, and blocks the event loops of leaders, each at a random phase of the heartbeats. */
export async function strikeLeaders(
  timing: TimingInput,
  { kills, pauses, pausesMs }: { kills: number; pauses: number; pausesMs: readonly number[] },
): Promise<PresetMeasured> {
  const cluster = await ProcessCluster.start(3, timing);
  const failoverMs: number[] = [];
  const measured = new Map<number, PausesMeasured>();
  try {
    for (let kill = 0; kill < kills; kill++) failoverMs.push(await killLeader(cluster, timing));
    for (const pauseMs of pausesMs) {
      const nextLeaderMs: number[] = [];
      for (let pause = 0; pause < pauses; pause++) {
        const ms = await blockLeader(cluster, timing, pauseMs);
        if (ms !== null) nextLeaderMs.push(ms);
      }
      measured.set(pauseMs, { count: pauses, lostCount: nextLeaderMs.length, nextLeaderMs });
    }
  } finally {
    await cluster.end();
  }
  return { failoverMs, pauses: measured };
}

/** Leaves five processes alone; gives how many leases they lost in a minute, whatever else the machine did. */
export async function lossesPerMinute(timing: TimingInput, seconds: number): Promise<number> {
  const cluster = await ProcessCluster.start(5, timing);
  try {
    await cluster.settled(recoversWithinMs);
    const place = cluster.heard.length;
    await passed(seconds * 1000);
    const lost = cluster.heard.slice(place).filter(({ kind }) => kind === "lost");
    return (lost.length * 60) / seconds;
  } finally {
    await cluster.end();
  }
}

async function killLeader(cluster: ProcessCluster, timing: TimingInput): Promise<number> {
  const leader = await leaderAtPhase(cluster, timing);
  const place = cluster.heard.length;
  const killedNs = process.hrtime.bigint();
  cluster.signal(leader.id, "SIGKILL");
  const isNext = (heard: Heard): heard is Gained => heard.kind === "gained" && heard.term > leader.term;
  const next = await cluster.next(place, isNext, recoversWithinMs);
  await cluster.gone(leader.id);
  await cluster.startReplica(leader.id);
  return sinceMs(killedNs, next);
}

/** From the beginning of the pause to the next lease; null where the leader kept its own. */
async function blockLeader(
  cluster: ProcessCluster,
  timing: TimingInput,
  forMs: number,
): Promise<number | null> {
  const leader = await leaderAtPhase(cluster, timing);
  const place = cluster.heard.length;
  const blockedNs = process.hrtime.bigint();
  cluster.send(leader.id, { kind: "block", forMs });
  await passed(forMs + calmMs);
  const isLoss = (heard: Heard): heard is Lost => heard.kind === "lost" && heard.from === leader.id;
  if (!cluster.heard.slice(place).some(isLoss)) return null;
  const isNext = (heard: Heard): heard is Gained => heard.kind === "gained";
  return sinceMs(blockedNs, await cluster.next(place, isNext, recoversWithinMs));
}

async function leaderAtPhase(cluster: ProcessCluster, { heartbeatIntervalMs }: TimingInput) {
  await cluster.settled(recoversWithinMs);
  await passed(calmMs + Math.random() * heartbeatIntervalMs);
  return cluster.settled(recoversWithinMs);
}

function sinceMs(fromNs: bigint, { atNs }: Gained): number {
  return Number(BigInt(atNs) - fromNs) / 1e6;
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
