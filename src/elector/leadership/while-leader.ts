import { RaftbeatError } from "../../errors.js";
import type { LossReason } from "../../protocol/index.js";
import type { Schedule } from "../../runtime/ports.js";
import type { LeaderBody, LeaderRun } from "../api.js";
import type { Contention } from "./eligibility.js";
import { type HeldLeadership, LostLeadership } from "./leadership.js";

/** What running bodies needs of its elector. */
export interface RunnerWorld {
  readonly contention: Contention;
  readonly schedule: Schedule;
  readonly drainTimeoutMs: number;
  /** The term this node was told to lead in and not yet told to have lost, or null. */
  leadingTerm(): number | null;
  /** Whether its lease runs now. */
  isLeader(): boolean;
  hold(term: number, onResign: () => void): HeldLeadership;
  /** Hands over, and resolves when this node has stepped down; at once if it does not lead. Never rejects. */
  resign(reason: LossReason): Promise<void>;
  /** No body keeps the leadership from being handed over any more. */
  onDrained(): void;
  /** A body threw: while its node led (`term`), or while it drained. */
  onBodyFailed(term: number, error: unknown, drained: boolean): void;
  /** A body still runs `drainTimeoutMs` after its signal. */
  onOverdue(term: number): void;
}

/** Runs the bodies of `whileLeader`, one at a time. */
export interface Runner {
  /** Errors: `runInProgress`. */
  start(body: LeaderBody, signal?: AbortSignal): LeaderRun;
  onGained(term: number): void;
  onLost(reason: LossReason): void;
  /** True while a lost body drains, and has not been given up. */
  isDraining(): boolean;
  /** Ends the run; settles when no body runs, or the last was given up. */
  end(failure: RaftbeatError | null): Promise<void>;
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

/** Makes what runs bodies. */
export function createRunner(world: RunnerWorld): Runner {
  const { contention } = world;
  let run: Run | null = null;
  let body: RunningBody | null = null;
  /** The present leadership, whether its body runs, has returned, or waits for an earlier one to drain. */
  let held: HeldLeadership | null = null;
  /** True for a present leadership whose body has not been started. */
  let waits = false;
  const drainWaiters: (() => void)[] = [];

  function onGained(term: number): void {
    if (run === null || run.ending !== null) return;
    held = world.hold(term, () => body?.held !== held && world.resign("resigned"));
    waits = true;
    if (body === null) startBody();
    else if (body.givenUp) void world.resign("unhealthy");
  }

  function startBody(): void {
    if (run === null || held === null || !waits) return;
    waits = false;
    const started: RunningBody = { held, givenUp: false, cancelDrainTimer: () => {} };
    body = started;
    const { lead } = held;
    const work = run.body;
    // Not inside the step that told of leading; by then it may be lost.
    void Promise.resolve()
      .then(() => (lead.signal.aborted ? undefined : work(lead)))
      .then(
        () => onEnded(started, null),
        (error: unknown) => onEnded(started, { error }),
      );
  }

  function onEnded(ended: RunningBody, thrown: { readonly error: unknown } | null): void {
    const { lead } = ended.held;
    body = null;
    ended.cancelDrainTimer();
    if (thrown !== null && !(thrown.error instanceof LostLeadership)) onThrown(ended, thrown.error);
    else if (!lead.signal.aborted && ended.held.hasResigned()) void world.resign("resigned");
    contention.allow("draining");
    startBody();
    if (!isDraining()) drained();
  }

  function onThrown({ held: { lead } }: RunningBody, error: unknown): void {
    // A lease found to be over, whose loss is about to be told, is no fault of the body.
    const lost = lead.signal.aborted || !world.isLeader();
    world.onBodyFailed(lead.term, error, lost);
    if (lost) return;
    contention.coolDown();
    void world.resign("unhealthy");
  }

  function onLost(reason: LossReason): void {
    const lost = held;
    held = null;
    waits = false;
    if (body !== null && body.held === lost) {
      // Before the signal, so that whatever that sets off finds a node that does not campaign.
      contention.forbid("draining");
      const draining = body;
      draining.cancelDrainTimer = world.schedule(world.drainTimeoutMs, () => giveUp(draining));
    }
    lost?.lose(reason);
  }

  function giveUp(overdue: RunningBody): void {
    overdue.givenUp = true;
    world.onOverdue(overdue.held.lead.term);
    drained();
    // The lease came back meanwhile, and its body cannot start: somebody else should lead.
    if (held !== null) void world.resign("unhealthy");
  }

  function isDraining(): boolean {
    return body !== null && !body.givenUp && body.held.lead.signal.aborted;
  }

  function drained(): void {
    for (const resolve of drainWaiters.splice(0)) resolve();
    world.onDrained();
  }

  function whenDrained(): Promise<void> {
    if (body === null || body.givenUp) return Promise.resolve();
    return new Promise((resolve) => drainWaiters.push(resolve));
  }

  /** Hands the leadership over, if there is one, and settles the run when its body has drained. */
  function endRun(ending: Run, failure: RaftbeatError | null): Promise<void> {
    ending.ending ??= (async () => {
      contention.forbid("noRun");
      const steppedDown = world.resign("resigned");
      await whenDrained();
      await steppedDown;
      if (run === ending) run = null;
      if (failure === null) ending.resolve();
      else ending.reject(failure);
    })();
    return ending.ending;
  }

  return {
    onGained,
    onLost,
    isDraining,
    start(work, signal) {
      if (run !== null)
        throw new RaftbeatError(
          "runInProgress",
          "whileLeader is running already: stop that run, and await it, before you start another",
        );
      const started = createRun(work);
      const end = (): Promise<void> => endRun(started.run, null);
      run = started.run;
      const onAbort = (): void => void end();
      signal?.addEventListener("abort", onAbort, { once: true });
      const forget = (): void => signal?.removeEventListener("abort", onAbort);
      // Awaiting a run is optional, so its failure must not count as unhandled.
      started.settled.then(forget, forget);
      if (signal?.aborted) void end();
      else {
        contention.allow("noRun");
        const term = world.leadingTerm();
        if (term !== null) onGained(term);
      }
      return { ended: started.settled, stop: end };
    },
    async end(failure) {
      if (run !== null) await endRun(run, failure);
      await whenDrained();
    },
  };
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
