import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RaftbeatError } from "../errors.js";
import type { Preset } from "../protocol/index.js";
import { machineMs, systemRandom, systemSchedule } from "../runtime/system-ports.js";
import { createCast } from "./demo-cast.js";
import type { DemoSignal, Tell } from "./demo-event.js";
import { createStory, type Totals } from "./demo-story.js";
import { createSweeper } from "./demo-sweeper.js";
import { freePorts } from "./free-ports.js";
import { createLookout } from "./lookout.js";

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
  const story = createStory();
  const lookout = createLookout(systemSchedule, signal);
  try {
    const ports = await freePorts(plan.replicaCount, systemRandom);
    const { timing, pauseMs, killCount } = plan;
    const cast = createCast({ folder, ports, timing, story, lookout, tell, onProcesses: sweeper.processes });
    tell(
      { event: "begun", replicas: cast.ids, kills: killCount, signal: plan.signal, timing, folder },
      machineMs(),
    );
    await cast.assemble();
    for (let kill = 1; kill <= killCount; ) {
      await lookout.pause(pauseMs);
      const leader = await cast.settled();
      // One that hit a leader just deposed has shown nothing, and is done again.
      if (await cast.kill(leader, plan.signal, kill)) kill++;
      await lookout.pause(pauseMs * absenceRatio);
      await cast.revive(leader, plan.signal);
      await cast.settled();
    }
    return story.totals();
  } finally {
    // What the replicas say while they are swept away is no news.
    lookout.fail(new RaftbeatError("stopped", "the demo is over"));
    await sweeper.sweep();
  }
}
