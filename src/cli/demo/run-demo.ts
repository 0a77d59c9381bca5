import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Preset, presets } from "../../protocol/index.js";
import { machineMs, systemRandom, systemSchedule } from "../../runtime/system-ports.js";
import { createSweeper } from "./cleanup.js";
import { createCast } from "./cluster.js";
import type { DemoSignal, Tell } from "./event.js";
import { freePorts } from "./free-ports.js";
import { createStory, type Totals } from "./leadership-record.js";
import { createLookout } from "./wait-until.js";

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
 * Errors: `timeout` when a kill is followed by no leader, `transportFailed` when a replica ends by itself, `aborted`.
 */
export async function runDemo(plan: DemoPlan, tell: Tell, signal: AbortSignal): Promise<Totals> {
  const folder = await mkdtemp(join(tmpdir(), "raftbeat-demo-"));
  const sweeper = createSweeper(folder);
  try {
    return await play(plan, folder, tell, signal, sweeper.processes);
  } finally {
    await sweeper.sweep();
  }
}

async function play(
  { replicaCount, killCount, signal, timing, pauseMs }: DemoPlan,
  folder: string,
  tell: Tell,
  interrupted: AbortSignal,
  onProcesses: (processIds: readonly number[]) => void,
): Promise<Totals> {
  const story = createStory();
  const lookout = createLookout(systemSchedule, interrupted);
  const ports = await freePorts(replicaCount, systemRandom);
  const cast = createCast({ folder, ports, timing, story, lookout, tell, onProcesses });
  tell({ event: "begun", replicas: cast.ids, kills: killCount, signal, timing, folder }, machineMs());
  try {
    await cast.assemble();
    for (let kill = 1; kill <= killCount; ) {
      // At a random phase of the heartbeat interval: a pause that always ends at the same one would be no sample.
      await lookout.pause(pauseMs + systemRandom() * presets[timing].heartbeatIntervalMs);
      const leader = await cast.settled();
      // One that hit a leader just deposed has shown nothing, and is done again.
      if (await cast.kill(leader, signal, kill)) kill++;
      await lookout.pause(pauseMs * absenceRatio);
      await cast.revive(leader, signal);
      await cast.settled();
    }
    return story.totals();
  } finally {
    cast.dismiss();
  }
}
