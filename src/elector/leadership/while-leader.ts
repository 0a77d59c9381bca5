import { RaftbeatError } from "../../errors.js";
import type { LossReason } from "../../protocol/index.js";
import type { Schedule } from "../../runtime/ports.js";
import type { LeaderBody, LeaderRun } from "../api.js";
import type { Eligibility } from "./eligibility.js";
import { type HeldLeadership, holdLeadership, LeadershipLostError, type Lease } from "./leadership.js";

/** Whatever the cool-down: a body that asks in vain must not spin. */
const leastRestartMs = 1_000;

/** What running bodies needs of its elector. */
export interface RunnerDeps {
  readonly eligibility: Eligibility;
  readonly schedule: Schedule;
  readonly drainTimeoutMs: number;
  /** How long a body that asked for more lease than it can get is not started again; a second at least. */
  readonly coolDownMs: number;
  readonly lease: Lease;
  /** The term this node was told to lead in and not yet told to have lost, or null. */
  leadingTerm(): number | null;
  /** How this node gives its leadership up. */
  readonly stepDown: StepDown;
  /** A body threw: while its node led (`term`), or while it drained. */
  onBodyFailed(term: number, error: unknown, lost: boolean): void;
  /** A body ended by what `assertValid` or `ensure` threw, and its node leads on: it starts again, so this may be told often. */
  onLeaseTooShort(term: number, error: unknown): void;
  /** A body still runs `drainTimeoutMs` after its signal. */
  onOverdue(term: number): void;
}

/** Giving a leadership up, as far as its bodies have to do with it. */
export interface StepDown {
  /** Hands over, and resolves when this node has stepped down; at once if it does not lead. Never rejects. */
  resign(reason: LossReason): Promise<void>;
  /** No body keeps the leadership from being handed over any more. */
  onDrained(): void;
}

interface Run {
  readonly body: LeaderBody;
  ending: Promise<void> | null;
  resolve(): void;
  reject(error: RaftbeatError): void;
}

interface RunningBody {
  readonly held: HeldLeadership;
  /** True once its drain timeout has passed. */
  givenUp: boolean;
  cancelDrainTimer(): void;
}

/** Runs the bodies of `whileLeader`, one at a time. */
export class Runner {
  private readonly deps: RunnerDeps;
  private run: Run | null = null;
  private body: RunningBody | null = null;
  /** The present leadership, whether its body runs, has returned, or waits for an earlier one to drain. */
  private held: HeldLeadership | null = null;
  /** True for a present leadership whose body has not been started. */
  private waits = false;
  private readonly drainWaiters: (() => void)[] = [];
  private cancelRestart = (): void => {};

  constructor(deps: RunnerDeps) {
    this.deps = deps;
  }

  /** Starts a run. @throws RaftbeatError `runInProgress` */
  start(work: LeaderBody, signal?: AbortSignal): LeaderRun {
    if (this.run !== null)
      throw new RaftbeatError(
        "runInProgress",
        "whileLeader is running already: stop that run, and await it, before you start another",
      );
    const started = createRun(work);
    const end = (): Promise<void> => this.endRun(started.run, null);
    this.run = started.run;
    const onAbort = (): void => void end();
    signal?.addEventListener("abort", onAbort, { once: true });
    const forget = (): void => signal?.removeEventListener("abort", onAbort);
    // Awaiting a run is optional, so its failure must not count as unhandled.
    started.settled.then(forget, forget);
    if (signal?.aborted) void end();
    else {
      this.deps.eligibility.allow("noRun");
      const term = this.deps.leadingTerm();
      if (term !== null) this.onGained(term);
    }
    return { ended: started.settled, stop: end };
  }

  /** The node leads: the body of the run begins, once an earlier one has drained. */
  onGained(term: number): void {
    if (this.run === null || this.run.ending !== null) return;
    const held = holdLeadership(term, this.deps.lease, () => {
      // A body that runs hands over when it returns.
      if (this.body?.held !== held) this.resign("resigned");
    });
    this.held = held;
    this.waits = true;
    if (this.body === null) this.startBody();
    else if (this.body.givenUp) this.resign("unhealthy");
  }

  /** The node leads no longer: the body is told by its signal, and drains. */
  onLost(reason: LossReason): void {
    const { held: lost, body } = this;
    this.held = null;
    this.waits = false;
    this.cancelRestart();
    if (body !== null && body.held === lost) {
      // Before the signal, so that its listeners find a node that does not campaign.
      this.deps.eligibility.forbid("draining");
      body.cancelDrainTimer = this.deps.schedule(this.deps.drainTimeoutMs, () => this.giveUp(body));
    }
    lost?.lose(reason);
  }

  /** True while a lost body drains, and has not been given up. */
  isDraining(): boolean {
    return this.body !== null && !this.body.givenUp && this.body.held.lead.signal.aborted;
  }

  /** Ends the run; settles when no body runs, or the last was given up. */
  async end(failure: RaftbeatError | null): Promise<void> {
    if (this.run !== null) await this.endRun(this.run, failure);
    await this.whenDrained();
  }

  private startBody(): void {
    const { run, held } = this;
    if (run === null || held === null || !this.waits) return;
    this.waits = false;
    const started: RunningBody = { held, givenUp: false, cancelDrainTimer: () => {} };
    this.body = started;
    const { lead } = held;
    // Not inside the step that told of leading; by then it may be lost.
    void Promise.resolve()
      .then(() => (lead.signal.aborted ? undefined : run.body(lead)))
      .then(
        () => this.onEnded(started, null),
        (error: unknown) => this.onEnded(started, { error }),
      );
  }

  private onEnded(ended: RunningBody, thrown: { readonly error: unknown } | null): void {
    const { lead } = ended.held;
    this.body = null;
    ended.cancelDrainTimer();
    if (thrown !== null) this.onThrown(ended, thrown.error);
    else if (!lead.signal.aborted && ended.held.hasResigned()) this.resign("resigned");
    this.deps.eligibility.allow("draining");
    this.startBody();
    if (!this.isDraining()) this.drained();
  }

  private onThrown({ held }: RunningBody, error: unknown): void {
    const { lead } = held;
    const askedForMs = held.askedForMs(error);
    // A lease found to be over, whose loss is about to be told, is no fault of the body.
    const lost = lead.signal.aborted || !this.deps.lease.isLeader(lead.term);
    // The body says so itself. That of another leadership is an error like any other.
    if (lost && error instanceof LeadershipLostError) return;
    if (askedForMs !== null) {
      if (!lost) this.deps.onLeaseTooShort(lead.term, error);
      if (held.hasResigned() && !lead.signal.aborted) this.resign("resigned");
      else void this.startAgain(held, askedForMs);
      return;
    }
    this.deps.onBodyFailed(lead.term, error, lost);
    if (lost) return;
    this.deps.eligibility.coolDown();
    this.resign("unhealthy");
  }

  /**
   * Starts the body of a leadership anew. A lease too short is no fault of the service, and no other node would give a longer one: the node
   * leads on. No sooner than the lease is renewed, or after a pause where no renewal is enough, so that a body that asks in vain does not spin.
   */
  private async startAgain(held: HeldLeadership, forMs: number): Promise<void> {
    const { schedule, coolDownMs } = this.deps;
    const start = (): void => {
      if (this.held !== held || this.body !== null || this.run?.ending !== null || held.hasResigned()) return;
      this.waits = true;
      this.startBody();
    };
    try {
      await held.lead.ensure(forMs);
      start();
    } catch {
      if (this.held === held) this.cancelRestart = schedule(Math.max(coolDownMs, leastRestartMs), start);
    }
  }

  private giveUp(overdue: RunningBody): void {
    overdue.givenUp = true;
    this.deps.onOverdue(overdue.held.lead.term);
    this.drained();
    // The lease came back meanwhile, and its body cannot start: another node should lead.
    if (this.held !== null) this.resign("unhealthy");
  }

  private resign(reason: LossReason): void {
    void this.deps.stepDown.resign(reason);
  }

  private drained(): void {
    for (const resolve of this.drainWaiters.splice(0)) resolve();
    this.deps.stepDown.onDrained();
  }

  private whenDrained(): Promise<void> {
    if (this.body === null || this.body.givenUp) return Promise.resolve();
    return new Promise((resolve) => this.drainWaiters.push(resolve));
  }

  /** Hands the leadership over, if there is one, and settles the run when its body has drained. */
  private endRun(ending: Run, failure: RaftbeatError | null): Promise<void> {
    ending.ending ??= (async () => {
      this.deps.eligibility.forbid("noRun");
      const steppedDown = this.deps.stepDown.resign("resigned");
      await this.whenDrained();
      await steppedDown;
      if (this.run === ending) this.run = null;
      if (failure === null) ending.resolve();
      else ending.reject(failure);
    })();
    return ending.ending;
  }
}

function createRun(body: LeaderBody): { readonly run: Run; readonly settled: Promise<void> } {
  let resolve = (): void => {};
  let reject = (_error: RaftbeatError): void => {};
  const settled = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { run: { body, ending: null, resolve, reject }, settled };
}
