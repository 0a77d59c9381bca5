import {
  createNode,
  type DurableRecord,
  foundingRecord,
  type Message,
  type Node,
  type NodeId,
  type Settings,
} from "../../../src/protocol/index.js";
import { createDriver, type Driver, type DriverHandlers } from "../../../src/runtime/driver.js";
import { members, settings } from "../../simulation/support/simulated-cluster.js";

/** One driver, node `a`, whose world moves by hand: nothing is due, arrives or is written unless the test says so. */
export interface Rig {
  readonly driver: Driver;
  readonly node: Node;
  /** What the world saw, one word or two each, in order. */
  readonly log: string[];
  readonly sent: { readonly to: NodeId; readonly message: Message }[];
  readonly peers: NodeId[][];
  /** Replaced by tests that want to act on what they are told; the log is kept all the same. */
  readonly on: Partial<DriverHandlers> & { send?: (to: NodeId, message: Message) => void };
  readonly timer: { atMs: number; rounding: "down" | "up"; fire(): void } | null;
  nowMs: number;
  wallMs: number;
  /** Moves both clocks. */
  pass(ms: number): void;
  /** Ends the oldest write. */
  written(error?: Error): void;
  pendingWriteCount(): number;
  /** Runs what waits for the poll phase, after what arrived in it. */
  poll(arrivals?: () => void): void;
  hear(from: NodeId, message: Message): void;
  /** Moves to the timer and lets it fire, unhindered. */
  fireTimer(): void;
}

/** A started driver of founder `a` among `ids`. */
export function aDriver(options: { ids?: NodeId[]; settings?: Settings; draw?: number } = {}): Rig {
  const ids = options.ids ?? ["a", "b", "c"];
  const nodeSettings = options.settings ?? settings();
  const writes: { record: DurableRecord; callback(error: Error | null): void }[] = [];
  let polls: (() => void)[] = [];
  const rig: { -readonly [K in keyof Omit<Rig, "driver" | "node">]: Rig[K] } = {
    log: [],
    sent: [],
    peers: [],
    on: {},
    timer: null,
    nowMs: 1000,
    wallMs: 1_700_000_000_000,
    pass(ms) {
      rig.nowMs += ms;
      rig.wallMs += ms;
    },
    written(error) {
      const write = writes.shift();
      if (write === undefined) throw new Error("nothing is being written");
      write.callback(error ?? null);
    },
    pendingWriteCount: () => writes.length,
    poll(arrivals) {
      const due = polls;
      polls = [];
      arrivals?.();
      for (const callback of due) callback();
    },
    hear: (from, message) => driver.tell({ kind: "message", from, incarnation: `${from}-1`, message }),
    fireTimer() {
      const { timer } = rig;
      if (timer === null) throw new Error("no timer is set");
      rig.pass(Math.max(0, timer.atMs - rig.nowMs));
      rig.timer = null;
      timer.fire();
      rig.poll();
    },
  };
  const record = foundingRecord(members(...ids), "a-1", nodeSettings.voteHoldMs);
  const node = createNode({ id: "a", settings: nodeSettings, record, nowMs: rig.nowMs });
  const driver = createDriver(
    node,
    {
      clock: {
        nowMs: () => rig.nowMs,
        wallMs: () => rig.wallMs,
        setTimer(atMs, rounding, fire) {
          rig.timer = { atMs, rounding, fire };
        },
        clearTimer() {
          rig.timer = null;
        },
        afterPoll: (callback) => polls.push(callback),
      },
      random: () => options.draw ?? 0.5,
      store: {
        open: (callback) => callback(null, record),
        write(written, callback) {
          rig.log.push("write");
          writes.push({ record: written, callback });
        },
        close: (callback) => callback(),
      },
      transport: {
        start: (_handlers, callback) => callback(null),
        setPeers: (peers) => rig.peers.push(peers.map(({ id }) => id)),
        send(to, message) {
          rig.log.push(`send ${message.kind}`);
          rig.on.send?.(to, message);
          rig.sent.push({ to, message });
        },
        stop: (callback) => callback(),
      },
    },
    {
      onGained(term) {
        rig.log.push("gained");
        rig.on.onGained?.(term);
      },
      onLost(term, reason) {
        rig.log.push(`lost ${reason}`);
        rig.on.onLost?.(term, reason);
      },
      onChanged() {
        rig.on.onChanged?.();
      },
      onFailed(error) {
        rig.log.push(`failed ${error.code}: ${(error.cause as Error).message}`);
        rig.on.onFailed?.(error);
      },
    },
  );
  driver.start();
  return Object.assign(rig, { driver, node });
}

/** Has `b` grant whatever `a` asks for, and finishes the writes, until `a` has won; no heartbeat is answered yet. */
export function win(rig: Rig): void {
  rig.fireTimer();
  grant(rig, true);
  while (rig.pendingWriteCount() > 0) rig.written();
  grant(rig, false);
}

/** `a` leads with a lease: it has won, its record is written, and `b` has answered its heartbeat. */
export function lead(rig: Rig): void {
  win(rig);
  rig.written();
  acknowledge(rig);
  while (rig.pendingWriteCount() > 0) rig.written();
  rig.log.length = 0;
  rig.sent.length = 0;
}

/** `b` answers the last heartbeat that `a` sent it. */
export function acknowledge(rig: Rig, from: NodeId = "b", voteHoldMs = rig.node.settings.voteHoldMs): void {
  const { record, role } = rig.node;
  if (role.name !== "leader") throw new Error("a does not lead");
  rig.hear(from, {
    kind: "heartbeatReply",
    term: record.term,
    heartbeatTerm: record.term,
    seq: role.seq,
    accepted: true,
    reason: null,
    voteHoldMs,
    configurationId: record.configuration.id,
    electionTimeoutMaxMs: 300,
    candidacy: "open",
    holdsMetadata: false,
  });
}

/** `b` leads in this term and says so. */
export function heartbeatOf(rig: Rig, term: number, seq: number): Message {
  const { id } = rig.node.record.configuration;
  return {
    kind: "heartbeat",
    term,
    seq,
    configurationId: id,
    configuration: null,
    hasMetadata: false,
  };
}

function grant(rig: Rig, preVote: boolean): void {
  const { record, round } = rig.node;
  rig.hear("b", {
    kind: "requestVoteReply",
    term: record.term + (preVote ? 1 : 0),
    preVote,
    round,
    granted: true,
    reason: null,
    leader: null,
    remainingHoldMs: 0,
    configurationId: record.configuration.id,
    configuration: null,
  });
}
