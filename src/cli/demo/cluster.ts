import { RaftbeatError } from "../../errors.js";
import type { NodeLine } from "../../observability/node-event.js";
import { type Preset, presets } from "../../protocol/index.js";
import { machineMs } from "../../runtime/system-ports.js";
import type { DemoSignal, Report } from "./event.js";
import type { LeadershipRecord } from "./leadership-record.js";
import { createReplicas, type Replicas } from "./replicas.js";
import type { Waits } from "./waits.js";

/** The replicas of a demo, and what is known of them from what they print. */
export interface DemoCluster {
  readonly ids: readonly string[];
  /** Starts every replica and waits as `settled` does. */
  start(): Promise<string>;
  /** Waits until every replica runs and follows one leader; gives that leader. */
  settled(): Promise<string>;
  /** Ends or stops the leader; false if another had been elected just before, so that nothing was shown. */
  kill(leader: string, signal: DemoSignal, kill: number): Promise<boolean>;
  /** Brings back a replica that was killed or stopped. */
  revive(id: string, signal: DemoSignal): Promise<void>;
  /** Ignores what the replicas print from now on: they are about to be cleaned up. */
  ignore(): void;
}

/** What a demo's cluster is made of. */
export interface DemoClusterOptions {
  readonly folder: string;
  readonly ports: readonly number[];
  readonly timing: Preset;
  readonly record: LeadershipRecord;
  readonly waits: Waits;
  readonly report: Report;
  /** Called with the ids of the processes that run, whenever they change. */
  readonly onProcesses: (processIds: readonly number[]) => void;
}

/** How often a replica is launched until it begins: its port can be taken for a moment. */
const launchCount = 5;

/** No election takes longer than this, on the busiest machine. */
function settleTimeoutMs(timing: Preset): number {
  return 10_000 + 10 * presets[timing].electionTimeout.maxMs;
}

/** Makes the cluster; no replica is started. */
export function createDemoCluster(options: DemoClusterOptions): DemoCluster {
  const { record, waits, report } = options;
  const withinMs = settleTimeoutMs(options.timing);
  const { replicas, states, start, ignore } = launchReplicas(options);

  /** The leader that all follow and that holds a lease, or null. */
  function commonLeader(): string | null {
    const leader = record.leaderAt(machineMs());
    return leader !== null && states.all().every(({ follows }) => follows === leader) ? leader : null;
  }

  async function settled(): Promise<string> {
    let leader: string | null = null;
    await waits.until(
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
    start() {
      for (const id of replicas.ids) start(id);
      return settled();
    },
    settled,
    async kill(leader, signal, kill) {
      const state = states.of(leader);
      if (signal === "STOP") state.isStopped = true;
      else state.isWanted = false;
      const atMs = machineMs();
      record.killed(leader, atMs);
      replicas.signal(leader, `SIG${signal}`);
      report({ event: "killed", id: leader, signal, kill }, atMs);
      await waits.until(
        () => record.outcome() !== "pending",
        withinMs,
        `kill ${kill} of ${leader} was followed by no leader`,
      );
      return record.outcome() === "replaced";
    },
    async revive(id, signal) {
      if (signal === "STOP") {
        replicas.signal(id, "SIGCONT");
        await waits.until(() => !states.of(id).isStopped, withinMs, `${id} did not wake`);
        return;
      }
      await waits.until(() => !replicas.isRunning(id), withinMs, `${id} did not end`);
      start(id);
      report({ event: "restarted", id }, machineMs());
    },
    ignore,
  };
}

/** What is known of one replica. */
interface ReplicaState {
  /** The leader that it follows, itself if it leads; null for nobody. */
  follows: string | null;
  /** False once it was told to end. */
  isWanted: boolean;
  /** True from SIGSTOP until it prints that it runs again. */
  isStopped: boolean;
  /** How often it may still be launched; 0 once it has begun. */
  launchesLeft: number;
}

/** The states of all replicas, by id. */
interface ReplicaStates {
  of(id: string): ReplicaState;
  all(): readonly ReplicaState[];
}

function createStates(ids: readonly string[]): ReplicaStates {
  const states = new Map(ids.map((id) => [id, unstarted()]));
  return {
    of(id) {
      const state = states.get(id);
      if (state === undefined) throw new RaftbeatError("transportFailed", `a replica calls itself ${id}`);
      return state;
    },
    all: () => [...states.values()],
  };
}

function unstarted(): ReplicaState {
  return { follows: null, isWanted: false, isStopped: false, launchesLeft: launchCount };
}

/** The processes, each launched again until it begins, with what they print written down. */
function launchReplicas({ folder, ports, timing, record, waits, report, onProcesses }: DemoClusterOptions): {
  readonly replicas: Replicas;
  readonly states: ReplicaStates;
  start(id: string): void;
  ignore(): void;
} {
  let isIgnored = false;
  const replicas = createReplicas(folder, ports, ["--timing", timing], {
    onLine(line) {
      if (isIgnored) return;
      noteLine(line, states.of(line.id), record, report);
      waits.notice();
    },
    onExit(id, exitCode, said) {
      if (isIgnored) return;
      const state = states.of(id);
      state.follows = null;
      if (state.isWanted && state.launchesLeft > 0) launch(id);
      else if (state.isWanted)
        waits.fail(
          new RaftbeatError(
            "transportFailed",
            `replica ${id} ended by itself (exit code ${exitCode}): ${said}`,
          ),
        );
      onProcesses(replicas.processIds());
      waits.notice();
    },
  });
  const states = createStates(replicas.ids);

  function launch(id: string): void {
    states.of(id).launchesLeft--;
    replicas.start(id);
    onProcesses(replicas.processIds());
  }

  return {
    replicas,
    states,
    start(id) {
      Object.assign(states.of(id), { ...unstarted(), isWanted: true });
      launch(id);
    },
    ignore() {
      isIgnored = true;
    },
  };
}

/** Writes down what a line says, and reports what is worth seeing. */
function noteLine(line: NodeLine, state: ReplicaState, record: LeadershipRecord, report: Report): void {
  const { id, monotonicMs: atMs } = line;
  switch (line.event) {
    case "started":
      state.launchesLeft = 0;
      return;
    case "elected":
      state.follows = id;
      report(
        { event: "elected", id, term: line.term, failoverMs: record.elected(id, line.term, atMs) },
        atMs,
      );
      return;
    case "lease":
      record.leased(id, line.term, atMs, line.leaseUntilMs);
      return;
    case "lost":
      state.follows = null;
      record.lost(id, atMs);
      report({ event: "lost", id, term: line.term, reason: line.reason }, atMs);
      return;
    case "leader":
      state.follows = line.leader;
      if (line.leader !== null) report({ event: "follows", id, leader: line.leader, term: line.term }, atMs);
      return;
    case "stalled":
      state.isStopped = false;
      report({ event: "woke", id, stalledMs: line.stalledMs, isLeader: line.isLeader }, atMs);
      return;
  }
}
