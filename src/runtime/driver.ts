import {
  type Configuration,
  type DurableRecord,
  type Effect,
  holdsLease,
  type Input,
  knownLeader,
  type LossReason,
  leaseUntil,
  type Member,
  membersOf,
  type Node,
  quorumSeq,
  type RequestRefusal,
  step,
} from "../protocol/index.js";
import type { Clock, Random, Transport, VoteStore } from "./ports.js";

/** What a driver tells its owner. Called between steps: whatever they ask of the driver comes after the effects at hand. */
export interface DriverHandlers {
  /** The node leads; its lease runs. */
  onGained(term: number): void;
  /** The node leads no longer. */
  onLost(term: number, reason: LossReason): void;
  /** Role, term, known leader, configuration or membership may have changed. */
  onChanged(): void;
  /** The store failed; the node has stopped. */
  onFailed(error: Error): void;
}

/** The world of one driver. */
export interface DriverPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: VoteStore;
  readonly transport: Transport;
}

/** Runs one node: feeds it facts one by one and carries out its orders. The same in production and in simulation. */
export interface Driver {
  /** The node, to look at. */
  readonly node: Node;
  /** Begins; the store is open and the node's record is in it. */
  start(): void;
  /** Tells the node a fact, now or after the step under way. */
  tell(input: Input): void;
  /** Asks for a transfer or a reconfiguration; the answer is null if it was taken up. */
  ask(request: RequestInput, onAnswer: (refusal: RequestRefusal | "stopped" | null) => void): void;
  /** Whether the node leads now, with a lease; looks for a machine that slept first. */
  isLeader(): boolean;
  /** Until when the lease lasts, on the node's clock; minus infinity for whoever does not lead. */
  leaseUntilMs(): number;
  /** Sends heartbeats now and calls back once a quorum has answered one of them or the node leads no longer. */
  verify(onVerified: (leads: boolean) => void): void;
  /** Ends the node with this reason: nothing is sent or written after. */
  stop(reason: LossReason): void;
}

/** A request to the node that will be answered. */
export type RequestInput =
  | Omit<Extract<Input, { kind: "transfer" }>, "request">
  | Omit<Extract<Input, { kind: "reconfigure" }>, "request">;

/** How far the wall clock may run ahead of the monotonic one between two looks: what its own reading is uncertain by. */
const clockReadingMs = 2;

/** Makes the driver of a node. Does nothing before `start`. */
export function createDriver(node: Node, ports: DriverPorts, handlers: DriverHandlers): Driver {
  const { clock, random, store, transport } = ports;
  const mailbox: Input[] = [];
  const spare: Effect[][] = [];
  /** Sends that wait for writes under way, each with the number of the write it came after. */
  const waiting: { readonly afterWrite: number; readonly effect: Extract<Effect, { kind: "send" }> }[] = [];
  const answers = new Map<number, (refusal: RequestRefusal | "stopped" | null) => void>();
  let verifications: { readonly term: number; readonly seq: number; onVerified(leads: boolean): void }[] = [];
  let writesBegun = 0;
  let writesDone = 0;
  let requests = 0;
  let stepping = false;
  let stopped = false;
  let wallAheadMs = clock.wallMs() - clock.nowMs();
  let seen = view(node);
  const jumpToleranceMs = clockReadingMs + node.settings.clockDriftRatio * node.settings.voteHoldMs;

  function tell(input: Input): void {
    if (stopped) return;
    if (stepping) {
      mailbox.push(input);
      return;
    }
    stepping = true;
    try {
      takeStep(input);
      for (let next = mailbox.shift(); next !== undefined; next = mailbox.shift()) takeStep(next);
    } finally {
      stepping = false;
    }
  }

  function takeStep(input: Input): void {
    if (stopped) return;
    lookForJump();
    run(input);
    if (verifications.length > 0) settleVerifications();
    noticeChange();
  }

  function run(input: Input): void {
    const effects = spare.pop() ?? [];
    step(node, input, clock.nowMs(), effects);
    for (const effect of effects) if (!stopped) carryOut(effect);
    effects.length = 0;
    spare.push(effects);
  }

  function carryOut(effect: Effect): void {
    switch (effect.kind) {
      case "lost":
        handlers.onLost(effect.term, effect.reason);
        return;
      case "persist":
        persist(effect.record);
        return;
      case "draw":
        // Told at once, before anything else: nothing may happen to a wait that has no end yet.
        run({ kind: "drawn", draw: random() });
        return;
      case "setTimer":
        clock.setTimer(effect.atMs, node.role.name === "leader" ? "up" : "down", onTimer);
        return;
      case "send":
        // A leader's heartbeats carry only what is durable, so they never wait (PROTOCOL, "What is durable").
        if (writesDone === writesBegun || effect.message.kind === "heartbeat")
          transport.send(effect.to, effect.message);
        else waiting.push({ afterWrite: writesBegun, effect });
        return;
      case "answered":
        answers.get(effect.request)?.(effect.refusal);
        answers.delete(effect.request);
        return;
      case "gained":
        handlers.onGained(effect.term);
        return;
    }
  }

  function persist(record: DurableRecord): void {
    writesBegun++;
    store.write(record, (error) => {
      if (stopped) return;
      if (error !== null) {
        stop("storeFailed");
        handlers.onFailed(error);
        return;
      }
      writesDone++;
      while (waiting[0] !== undefined && waiting[0].afterWrite <= writesDone) {
        const { effect } = waiting.shift() as (typeof waiting)[number];
        transport.send(effect.to, effect.message);
      }
      tell({ kind: "persisted", record });
    });
  }

  /**
   * A timer may run late, before messages that have long arrived are read: so it counts only after one poll phase. What is left of
   * an election's last millisecond is waited out, because two draws in one millisecond are a split vote.
   */
  function onTimer(): void {
    clock.afterPoll(() => {
      if (stopped) return;
      const leftMs = node.timerAtMs - clock.nowMs();
      if (leftMs > 0 && leftMs < 1 && node.role.name !== "leader") onTimer();
      else tell({ kind: "timer" });
    });
  }

  function lookForJump(): void {
    const aheadMs = clock.wallMs() - clock.nowMs();
    const jumped = aheadMs - wallAheadMs > jumpToleranceMs;
    wallAheadMs = aheadMs;
    if (jumped) run({ kind: "clockJumped" });
  }

  function noticeChange(): void {
    if (!changed(node, seen)) return;
    const reconfigured = seen.configuration !== node.record.configuration;
    seen = view(node);
    if (reconfigured) transport.setPeers(peersOf(node));
    handlers.onChanged();
  }

  function settleVerifications(): void {
    const { role, record } = node;
    verifications = verifications.filter(({ term, seq, onVerified }) => {
      const leads = role.name === "leader" && record.term === term && node.announcedTerm === term;
      if (leads && quorumSeq(node, role) < seq) return true;
      onVerified(leads);
      return false;
    });
  }

  function stop(reason: LossReason): void {
    if (stopped) return;
    clock.clearTimer();
    // What stopping tells is the loss alone; nothing is written or sent any more.
    const effects: Effect[] = [];
    step(node, { kind: "stop", reason }, clock.nowMs(), effects);
    stopped = true;
    for (const effect of effects) if (effect.kind === "lost") handlers.onLost(effect.term, effect.reason);
    for (const onAnswer of answers.values()) onAnswer("stopped");
    answers.clear();
    for (const { onVerified } of verifications.splice(0)) onVerified(false);
    handlers.onChanged();
  }

  return {
    node,
    start() {
      transport.setPeers(peersOf(node));
      tell({ kind: "start" });
    },
    tell,
    ask(request, onAnswer) {
      if (stopped) {
        onAnswer("stopped");
        return;
      }
      requests++;
      answers.set(requests, onAnswer);
      tell({ ...request, request: requests });
    },
    isLeader() {
      if (stopped || node.announcedTerm === null) return false;
      if (!stepping) {
        stepping = true;
        try {
          lookForJump();
        } finally {
          stepping = false;
        }
        noticeChange();
      }
      return node.announcedTerm !== null && holdsLease(node, clock.nowMs());
    },
    leaseUntilMs() {
      return stopped || node.announcedTerm === null ? Number.NEGATIVE_INFINITY : leaseUntil(node);
    },
    verify(onVerified) {
      if (stopped || node.role.name !== "leader" || node.announcedTerm === null) {
        onVerified(false);
        return;
      }
      const term = node.announcedTerm;
      verifications.push({ term, seq: node.role.seq + 1, onVerified });
      tell({ kind: "beat" });
    },
    stop,
  };
}

/** What an owner may want to hear of when it changes. */
interface View {
  readonly role: Node["role"]["name"];
  readonly leader: string | null;
  readonly metadata: string | null;
  readonly term: number;
  readonly announcedTerm: number | null;
  readonly configuration: Configuration;
  readonly removed: boolean;
}

function view(node: Node): View {
  const { role, record } = node;
  return {
    role: role.name,
    leader: knownLeader(node),
    metadata: node.leaderMetadata,
    term: record.term,
    announcedTerm: node.announcedTerm,
    configuration: record.configuration,
    removed: node.removed,
  };
}

function changed(node: Node, seen: View): boolean {
  return (
    node.role.name !== seen.role ||
    knownLeader(node) !== seen.leader ||
    node.leaderMetadata !== seen.metadata ||
    node.record.term !== seen.term ||
    node.announcedTerm !== seen.announcedTerm ||
    node.record.configuration !== seen.configuration ||
    node.removed !== seen.removed
  );
}

function peersOf(node: Node): Member[] {
  return membersOf(node.record.configuration).filter(({ id }) => id !== node.id);
}
