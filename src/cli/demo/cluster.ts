import { RaftbeatError } from "../../errors.js";
import type { NodeLine } from "../../observability/node-event.js";
import { type Preset, presets } from "../../protocol/index.js";
import { machineMs } from "../../runtime/system-ports.js";
import type { DemoSignal, Tell } from "./event.js";
import type { Story } from "./leadership-record.js";
import { createReplicas } from "./replicas.js";
import type { Lookout } from "./wait-until.js";

/** The replicas of a demo, and what is known of them from what they print. */
export interface Cast {
  readonly ids: readonly string[];
  /** Starts every replica and waits as `settled` does. */
  assemble(): Promise<string>;
  /** Waits until every replica runs and follows one leader; gives that leader. */
  settled(): Promise<string>;
  /** Ends or stops the leader; false if another had been elected just before, so that nothing was shown. */
  kill(leader: string, signal: DemoSignal, kill: number): Promise<boolean>;
  /** Brings back who was killed or stopped. */
  revive(id: string, signal: DemoSignal): Promise<void>;
  /** Whatever the replicas say or do from now on is no news: they are about to be swept away. */
  dismiss(): void;
}

/** What a cast is made of. */
export interface CastOptions {
  readonly folder: string;
  readonly ports: readonly number[];
  readonly timing: Preset;
  readonly story: Story;
  readonly lookout: Lookout;
  readonly tell: Tell;
  /** Told of the processes that run. */
  readonly onProcesses: (processIds: readonly number[]) => void;
}

/** How often a replica is launched until it begins: its port can be taken for a moment. */
const launchCount = 5;

/** No election takes longer than this, on the busiest machine. */
function patienceMs(timing: Preset): number {
  return 10_000 + 10 * presets[timing].electionTimeout.maxMs;
}

/** Makes the cast; nobody is started. */
export function createCast({ folder, ports, timing, story, lookout, tell, onProcesses }: CastOptions): Cast {
  const replicas = createReplicas(folder, ports, ["--timing", timing], { onLine, onExit });
  const parts = new Map(replicas.ids.map((id) => [id, offStage()]));
  const withinMs = patienceMs(timing);
  let dismissed = false;

  function onLine(line: NodeLine): void {
    if (dismissed) return;
    const { id, monotonicMs: atMs } = line;
    const part = partOf(id);
    switch (line.event) {
      case "started":
        part.triesLeft = 0;
        break;
      case "elected":
        part.follows = id;
        tell({ event: "elected", id, term: line.term, failoverMs: story.elected(id, line.term, atMs) }, atMs);
        break;
      case "lease":
        story.leased(id, line.term, atMs, line.leaseUntilMs);
        break;
      case "lost":
        part.follows = null;
        story.lost(id, atMs);
        tell({ event: "lost", id, term: line.term, reason: line.reason }, atMs);
        break;
      case "leader":
        part.follows = line.leader;
        if (line.leader !== null) tell({ event: "follows", id, leader: line.leader, term: line.term }, atMs);
        break;
      case "stalled":
        part.asleep = false;
        tell({ event: "woke", id, stalledMs: line.stalledMs, isLeader: line.isLeader }, atMs);
        break;
    }
    lookout.notice();
  }

  function onExit(id: string, exitCode: number | null, said: string): void {
    if (dismissed) return;
    const part = partOf(id);
    part.follows = null;
    if (part.wanted && part.triesLeft > 0) launch(id);
    else if (part.wanted)
      lookout.fail(
        new RaftbeatError(
          "transportFailed",
          `replica ${id} ended by itself (exit code ${exitCode}): ${said}`,
        ),
      );
    onProcesses(replicas.processIds());
    lookout.notice();
  }

  function launch(id: string): void {
    partOf(id).triesLeft--;
    replicas.start(id);
    onProcesses(replicas.processIds());
  }

  function start(id: string): void {
    Object.assign(partOf(id), { ...offStage(), wanted: true });
    launch(id);
  }

  function partOf(id: string): Part {
    const part = parts.get(id);
    if (part === undefined) throw new RaftbeatError("transportFailed", `a replica calls itself ${id}`);
    return part;
  }

  /** The leader that all follow and that holds a lease, or null. */
  function commonLeader(): string | null {
    const leader = story.leaderAt(machineMs());
    return leader !== null && [...parts.values()].every(({ follows }) => follows === leader) ? leader : null;
  }

  async function settled(): Promise<string> {
    let leader: string | null = null;
    await lookout.until(
      () => {
        leader = commonLeader();
        return leader !== null;
      },
      withinMs,
      "the replicas did not settle on one leader",
    );
    return leader as unknown as string;
  }

  return {
    ids: replicas.ids,
    assemble() {
      for (const id of replicas.ids) start(id);
      return settled();
    },
    settled,
    async kill(leader, signal, kill) {
      const part = partOf(leader);
      if (signal === "STOP") part.asleep = true;
      else part.wanted = false;
      const atMs = machineMs();
      story.killed(leader, atMs);
      replicas.signal(leader, `SIG${signal}`);
      tell({ event: "killed", id: leader, signal, kill }, atMs);
      await lookout.until(
        () => story.outcome() !== "pending",
        withinMs,
        `kill ${kill} of ${leader} was followed by no leader`,
      );
      return story.outcome() === "replaced";
    },
    async revive(id, signal) {
      const part = partOf(id);
      if (signal === "STOP") {
        replicas.signal(id, "SIGCONT");
        await lookout.until(() => !part.asleep, withinMs, `${id} did not wake`);
        return;
      }
      await lookout.until(() => !replicas.isRunning(id), withinMs, `${id} did not end`);
      start(id);
      tell({ event: "restarted", id }, machineMs());
    },
    dismiss() {
      dismissed = true;
    },
  };
}

/** What is known of one replica. */
interface Part {
  /** Whom it follows, itself if it leads; null for nobody. */
  follows: string | null;
  /** False once it was told to end. */
  wanted: boolean;
  /** True from SIGSTOP until it tells that it runs again. */
  asleep: boolean;
  /** How often it may still be launched; 0 once it has begun. */
  triesLeft: number;
}

function offStage(): Part {
  return { follows: null, wanted: false, asleep: false, triesLeft: launchCount };
}
