import { asRaftbeatError, type RaftbeatError } from "../errors.js";
import { hasOnlyToBeat } from "../protocol/algorithms/deadlines.js";
import {
  type DurableRecord,
  type Effect,
  holdsLease,
  type Input,
  type LossReason,
  leaseUntil,
  type Node,
  peersOf,
  type RequestRefusal,
  step,
} from "../protocol/index.js";
import { type HeldMessage, leavesAtOnce, releaseHeld } from "./outbox.js";
import type { Clock, Random, Transport, VoteStore } from "./ports.js";
import { createJumpWatch } from "./suspend-watch.js";
import { createVerifications, type Verifications } from "./verifications.js";
import { changed, view } from "./view.js";

/**
 * What a driver tells its owner, in the midst of a step: requests to the driver in the meantime come after the effects at hand.
 * Throwing ends the node.
 */
export interface DriverHandlers {
  /** The node leads; its lease runs. */
  onGained(term: number): void;
  /** The node leads no longer. Told once for each `onGained`. */
  onLost(term: number, reason: LossReason): void;
  /** Role, term, known leader, configuration or membership may have changed. */
  onChanged(): void;
  /** The node has ended by itself: `storeFailed`, or `internal` where something threw. */
  onFailed(error: RaftbeatError): void;
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
  /** Until when the lease lasts, on the node's clock; minus infinity for a node that does not lead. */
  leaseUntilMs(): number;
  /** Sends heartbeats now and calls back once a quorum has answered one of them or the node leads no longer. */
  verify(onVerified: (leads: boolean) => void): void;
  /** Ends the node with this reason: nothing is sent or written after, but a leader's word to its members that it leads no longer. */
  stop(reason: LossReason): void;
}

/** A request to the node that will be answered. */
export type RequestInput =
  | Omit<Extract<Input, { kind: "transfer" }>, "request">
  | Omit<Extract<Input, { kind: "reconfigure" }>, "request">;

/** How many messages wait for the disk; the oldest are dropped, as a network might. */
const heldCountMax = 1000;

/**
 * Makes the driver of a node. Does nothing before `start`.
 *
 * Long: its functions are one loop (mailbox, step, orders, back to the mailbox) over one state; each is short, and none is of use
 * without the others.
 */
export function createDriver(node: Node, ports: DriverPorts, handlers: DriverHandlers): Driver {
  const { clock, random, store, transport } = ports;
  const { clockDriftRatio, voteHoldMs, quorumTimeoutMs, electionTimeout } = node.settings;
  const mailbox: Input[] = [];
  const spare: Effect[][] = [];
  const held: HeldMessage[] = [];
  const answers = new Map<number, (refusal: RequestRefusal | "stopped" | null) => void>();
  /** Made when the first is asked for. */
  let verifications: Verifications | null = null;
  let writesUnderWay = 0;
  let requests = 0;
  let stepping = false;
  let stopped = false;
  /** The term the owner was told to lead in, until it is told of the loss. */
  let toldTerm: number | null = null;
  // No lease outlives the contact that it rests on by more than the quorum timeout, whatever holds others promise.
  const watch = createJumpWatch(clock, clockDriftRatio * voteHoldMs, quorumTimeoutMs);
  let seen = view(node);

  function tell(input: Input): void {
    if (stopped) return;
    if (stepping) mailbox.push(input);
    else work(input);
  }

  /** Does all that follows from a fact, or (null) from a look at the clock. What throws leaves orders half carried out: nothing may come after. */
  function work(first: Input | null): void {
    stepping = true;
    try {
      if (first !== null) takeStep(first);
      else {
        lookForJump();
        noticeChange();
      }
      for (let next = mailbox.shift(); next !== undefined; next = mailbox.shift()) takeStep(next);
    } catch (error) {
      fail("stopped", error);
    } finally {
      stepping = false;
    }
  }

  function takeStep(input: Input): void {
    if (input.kind === "persisted") releaseSends();
    lookForJump();
    run(input, watch.lookedAtMs);
    verifications?.settle();
    noticeChange();
  }

  function run(input: Input, nowMs: number): void {
    if (stopped) return;
    const effects = spare.pop() ?? [];
    step(node, input, nowMs, effects);
    for (const effect of effects) if (!stopped) carryOut(effect, nowMs);
    // Setting the length would give the memory back, and take it anew at the next step.
    while (effects.length > 0) effects.pop();
    spare.push(effects);
  }

  function carryOut(effect: Effect, nowMs: number): void {
    switch (effect.kind) {
      case "lost":
        tellLost(effect.term, effect.reason);
        return;
      case "persist":
        persist(effect.record);
        return;
      case "draw":
        // Told at once, before anything else: nothing may happen to a wait that has no end yet.
        run({ kind: "drawn", draw: random() }, nowMs);
        return;
      case "setTimer":
        clock.setTimer(effect.atMs, node.role.name === "leader" ? "up" : "down", confirmTimer);
        return;
      case "send":
        send(effect);
        return;
      case "answered": {
        const onAnswer = answers.get(effect.request);
        answers.delete(effect.request);
        onAnswer?.(effect.refusal);
        return;
      }
      case "gained":
        toldTerm = effect.term;
        handlers.onGained(effect.term);
        return;
    }
  }

  function tellLost(term: number, reason: LossReason): void {
    toldTerm = null;
    handlers.onLost(term, reason);
  }

  function send({ to, message }: Extract<Effect, { kind: "send" }>): void {
    if (leavesAtOnce(message, writesUnderWay)) transport.send(to, message);
    else {
      if (held.length === heldCountMax) held.shift();
      held.push({ behind: writesUnderWay, to, message });
    }
  }

  function persist(record: DurableRecord): void {
    writesUnderWay++;
    store.write(record, (error) => {
      if (error === null) tell({ kind: "persisted", record });
      else if (!stopped) end("storeFailed", asRaftbeatError(error, "storeFailed", "the node stopped"));
    });
  }

  function releaseSends(): void {
    writesUnderWay--;
    for (const { to, message } of releaseHeld(held)) transport.send(to, message);
  }

  /**
   * A timer may run late, before messages that have long arrived are read: so it counts only after one poll phase, and if this
   * node was held up once more after that poll, after another. What is left of an election's last millisecond is waited out,
   * because two draws in one millisecond are a split vote. A leader that has only to beat need not wait.
   */
  function confirmTimer(): void {
    const firedAtMs = clock.nowMs();
    if (hasOnlyToBeat(node, firedAtMs)) tell({ kind: "timer" });
    else
      clock.afterPoll(() => {
        if (stopped) return;
        const nowMs = clock.nowMs();
        const leftMs = node.timerAtMs - nowMs;
        const early = leftMs > 0 && leftMs < 1;
        const heldUp = nowMs - firedAtMs >= electionTimeout.minMs;
        if ((early || heldUp) && node.role.name !== "leader") confirmTimer();
        else tell({ kind: "timer" });
      });
  }

  function lookForJump(): void {
    if (watch.hasJumped()) run({ kind: "clockJumped" }, watch.lookedAtMs);
  }

  function noticeChange(): void {
    if (stopped || !changed(node, seen)) return;
    const reconfigured = seen.configuration !== node.record.configuration;
    seen = view(node);
    if (reconfigured) transport.setPeers(peersOf(node));
    handlers.onChanged();
  }

  function fail(reason: LossReason, error: unknown): void {
    if (stopped) handlers.onFailed(threw(error));
    else end(reason, error);
  }

  function end(reason: LossReason, cause: unknown): void {
    stopped = true;
    clock.clearTimer();
    mailbox.length = 0;
    held.length = 0;
    let problem = cause;
    const attempt = (telling: () => void): void => {
      try {
        telling();
      } catch (error) {
        problem ??= error;
      }
    };
    // What ending tells is the loss, and the members that this node leads no longer; nothing else is written or sent any more.
    const last: Effect[] = [];
    // A clock that went back ends the node, and must not keep it from saying so.
    const nowMs = Math.max(clock.nowMs(), node.steppedAtMs);
    attempt(() => step(node, { kind: "stop", reason }, nowMs, last));
    attempt(() => toldTerm !== null && tellLost(toldTerm, reason));
    for (const effect of last)
      if (effect.kind === "send") attempt(() => transport.send(effect.to, effect.message));
    for (const onAnswer of answers.values()) attempt(() => onAnswer("stopped"));
    answers.clear();
    attempt(() => verifications?.end());
    attempt(handlers.onChanged);
    if (problem !== null) handlers.onFailed(threw(problem));
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
      answers.set(++requests, onAnswer);
      tell({ ...request, request: requests });
    },
    isLeader() {
      if (stopped || node.announcedTerm === null) return false;
      if (!stepping) work(null);
      return node.announcedTerm !== null && holdsLease(node, clock.nowMs());
    },
    leaseUntilMs() {
      return stopped || node.announcedTerm === null ? Number.NEGATIVE_INFINITY : leaseUntil(node);
    },
    verify(onVerified) {
      verifications ??= createVerifications(node, () => tell({ kind: "beat" }));
      if (stopped) onVerified(false);
      else verifications.add(onVerified);
    },
    stop(reason) {
      if (!stopped) end(reason, null);
    },
  };
}

function threw(thrown: unknown): RaftbeatError {
  return asRaftbeatError(thrown, "internal", "the node stopped because something in it threw");
}
