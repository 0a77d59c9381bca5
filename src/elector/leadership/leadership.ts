import { RaftbeatError } from "../../errors.js";
import type { LossReason } from "../../protocol/index.js";
import type { Leadership } from "../api.js";
import { createWaits } from "../observers/waits.js";

/** The reason that the signal of a leadership is aborted with: an error, so that what takes the signal can throw it. */
export class LeadershipLostError extends RaftbeatError {
  /** The term that was led in. */
  readonly term: number;
  readonly reason: LossReason;

  constructor(term: number, reason: LossReason) {
    super("notLeader", `the leadership of term ${term} is lost (${reason})`);
    this.term = term;
    this.reason = reason;
  }
}

/** What a leadership looks at to know its lease. */
export interface Lease {
  /** Whether the node leads in this term now; looks for a machine that slept first. */
  isLeader(term: number): boolean;
  /** Until when, on the same clock as `nowMs`. */
  leaseUntilMs(): number;
  nowMs(): number;
  /** The longest lease these settings can give, in milliseconds. */
  readonly longestMs: number;
  /** What to do for leases of so many milliseconds, as half a sentence. */
  longerBy(forMs: number): string;
  /** Calls back each time the lease may have been renewed, until what it returns is called. */
  onRenewed(callback: () => void): () => void;
}

/** A leadership, and what is asked of it and done to it from outside. */
export interface HeldLeadership {
  readonly lead: Leadership;
  hasResigned(): boolean;
  /** For how many milliseconds this leadership was asked when it threw this error; null for any other error, and when asked of it again. */
  askedForMs(error: unknown): number | null;
  /** Aborts the signal. */
  lose(reason: LossReason): void;
}

/** After so many renewals none of which was long enough, nothing but a longer lease would help: a wait must not last for ever. */
const renewalsToWait = 10;

/** Makes the leadership of `term`, told just now; `onResign` is called when it is resigned for the first time. */
export function holdLeadership(term: number, lease: Lease, onResign: () => void): HeldLeadership {
  const controller = new AbortController();
  const { signal } = controller;
  const waits = createWaits();
  const refusals = new WeakMap<object, number>();
  let resigned = false;

  // The node may lead in this term again after a lapse; for a body that was told of the loss it stays lost.
  function remainingMs(): number {
    if (signal.aborted || !lease.isLeader(term) || signal.aborted) return 0;
    return Math.max(0, lease.leaseUntilMs() - lease.nowMs());
  }

  /** What remains, and whether it is enough; an error where no lease ever is. */
  function enough(forMs: number): { readonly isEnough: boolean; readonly leftMs: number } {
    const leftMs = remainingMs();
    if (signal.aborted) throw lossOf(signal);
    const isEnough = leftMs > 0 && leftMs >= forMs;
    if (!isEnough && forMs > lease.longestMs)
      throw refusal("leaseOutOfReach", forMs, outOfReach(forMs, lease));
    return { isEnough, leftMs };
  }

  function refusal(code: "leaseTooShort" | "leaseOutOfReach", forMs: number, message: string): RaftbeatError {
    const error = new RaftbeatError(code, message);
    refusals.set(error, forMs);
    return error;
  }

  async function ensure(forMs: number, own?: AbortSignal): Promise<void> {
    checkDuration("ensure", forMs);
    // Looked at again after each wait: what is told in one turn may be over in the next.
    let untilMs = lease.leaseUntilMs();
    for (let renewals = 0, mostMs = 0; ; ) {
      if (own?.aborted !== true) {
        const { isEnough, leftMs } = enough(forMs);
        if (isEnough) return;
        mostMs = Math.max(mostMs, leftMs);
      }
      if (renewals === renewalsToWait)
        throw refusal("leaseTooShort", forMs, neverEnough(forMs, mostMs, lease));
      await waits.wait<void>(own, (resolve) => lease.onRenewed(resolve));
      if (lease.leaseUntilMs() <= untilMs) continue;
      untilMs = lease.leaseUntilMs();
      renewals++;
    }
  }

  return {
    lead: {
      term,
      signal,
      remainingMs,
      assertValid(forMs = 0) {
        checkDuration("assertValid", forMs);
        const { isEnough, leftMs } = enough(forMs);
        if (!isEnough) throw refusal("leaseTooShort", forMs, tooShort(term, leftMs, forMs));
      },
      ensure: (forMs, { signal: own } = {}) => ensure(forMs, own),
      resign() {
        if (resigned || signal.aborted) return;
        resigned = true;
        onResign();
      },
    },
    hasResigned: () => resigned,
    askedForMs(error) {
      if (!(error instanceof RaftbeatError)) return null;
      const forMs = refusals.get(error) ?? null;
      refusals.delete(error);
      return forMs;
    },
    lose(reason) {
      controller.abort(new LeadershipLostError(term, reason));
      waits.end(lossOf(signal));
    },
  };
}

function lossOf(signal: AbortSignal): RaftbeatError {
  const { term, reason } = signal.reason as LeadershipLostError;
  return new LeadershipLostError(term, reason);
}

function checkDuration(call: string, forMs: unknown): void {
  if (typeof forMs === "number" && forMs >= 0) return;
  throw new RaftbeatError(
    "invalidSettings",
    `${call} (${forMs}) must be given a number of milliseconds from 0`,
  );
}

function tooShort(term: number, leftMs: number, forMs: number): string {
  return `${leftMs.toFixed(1)} ms of the lease of term ${term} are left, and ${forMs} ms were asked for: stop writing, and await \`lead.ensure(${forMs})\` before you go on`;
}

function outOfReach(forMs: number, { longestMs, longerBy }: Lease): string {
  return `${forMs} ms of lease were asked for, and with these settings a lease is never longer than ${longestMs.toFixed(1)} ms: ask for less, or ${longerBy(forMs)}`;
}

function neverEnough(forMs: number, mostMs: number, { longestMs, longerBy }: Lease): string {
  return `${forMs} ms of lease were asked for, and after each of ${renewalsToWait} renewals there were ${mostMs.toFixed(1)} ms at most: with these settings a lease is ${longestMs.toFixed(1)} ms long less the time that its renewal takes: ask for less, or ${longerBy(forMs)}`;
}
