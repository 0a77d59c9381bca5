import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Preset, presets } from "../../protocol/index.js";
import { machineMs, systemRandom, systemSchedule } from "../../runtime/system-ports.js";
import { createCleanup } from "./cleanup.js";
import { createDemoCluster } from "./cluster.js";
import type { DemoSignal, Report } from "./event.js";
import { freePorts } from "./free-ports.js";
import { createLeadershipRecord, type Totals } from "./leadership-record.js";
import { createWaits } from "./waits.js";

/** What a demo shall do. */
export interface DemoPlan {
  readonly replicaCount: number;
  readonly killCount: number;
  readonly signal: DemoSignal;
  readonly timing: Preset;
  /** How long a leader is left in peace. */
  readonly pauseMs: number;
}

/** How long the others are watched without the one that was killed, as a part of the pause. */
const absenceRatio = 0.3;

/**
 * Runs replicas, ends the leader again and again, and puts together what they tell. Leaves no process and no file behind.
 * @throws RaftbeatError `timeout` when a kill is followed by no leader, `transportFailed` when a replica ends by itself, `aborted`
 */
export async function runDemo(plan: DemoPlan, report: Report, signal: AbortSignal): Promise<Totals> {
  const folder = await mkdtemp(join(tmpdir(), "raftbeat-demo-"));
  const cleanup = createCleanup(folder);
  try {
    return await play(plan, folder, report, signal, cleanup.processes);
  } finally {
    await cleanup.run();
  }
}

async function play(
  { replicaCount, killCount, signal, timing, pauseMs }: DemoPlan,
  folder: string,
  report: Report,
  interrupted: AbortSignal,
  onProcesses: (processIds: readonly number[]) => void,
): Promise<Totals> {
  const record = createLeadershipRecord();
  const waits = createWaits(systemSchedule, interrupted);
  const ports = await freePorts(replicaCount, systemRandom);
  const cluster = createDemoCluster({ folder, ports, timing, record, waits, report, onProcesses });
  report({ event: "begun", replicas: cluster.ids, kills: killCount, signal, timing, folder }, machineMs());
  try {
    await cluster.start();
    for (let kill = 1; kill <= killCount; ) {
      // At a random phase of the heartbeat interval: a pause that always ends at the same one would be no sample.
      await waits.pause(pauseMs + systemRandom() * presets[timing].heartbeatIntervalMs);
      const leader = await cluster.settled();
      // One that hit a leader just deposed has shown nothing, and is done again.
      if (await cluster.kill(leader, signal, kill)) kill++;
      await waits.pause(pauseMs * absenceRatio);
      await cluster.revive(leader, signal);
      await cluster.settled();
    }
    return record.totals();
  } finally {
    cluster.ignore();
  }
}
