import { RaftbeatError } from "../../errors.js";
import type { LossReason } from "../../protocol/index.js";
import type { Leadership } from "../api.js";

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
  /** Whether the node leads now; looks for a machine that slept first. */
  isLeader(): boolean;
  /** Until when, on the same clock as `nowMs`. */
  leaseUntilMs(): number;
  nowMs(): number;
  /** The longest lease these settings can give, in milliseconds. */
  readonly longestMs: number;
  /** The setting that makes leases longer. */
  readonly longerBy: string;
}

/** A leadership and the two things done to it from outside: ask whether its body resigned, and end it. */
export interface HeldLeadership {
  readonly lead: Leadership;
  hasResigned(): boolean;
  /** Aborts the signal. */
  lose(reason: LossReason): void;
}

/** Makes the leadership of `term`, told just now; `onResign` is called when it is resigned for the first time. */
export function holdLeadership(term: number, lease: Lease, onResign: () => void): HeldLeadership {
  const controller = new AbortController();
  const { signal } = controller;
  let resigned = false;

  // The node may lead in this term again after a lapse; for a body that was told of the loss it stays lost.
  function remainingMs(): number {
    if (signal.aborted || !lease.isLeader() || signal.aborted) return 0;
    return Math.max(0, lease.leaseUntilMs() - lease.nowMs());
  }

  return {
    lead: {
      term,
      signal,
      remainingMs,
      assertValid(forMs = 0) {
        const leftMs = remainingMs();
        if (signal.aborted) throw lossOf(signal);
        // Written so that a NaN fails.
        if (leftMs > 0 && leftMs >= forMs) return;
        throw new RaftbeatError("leaseTooShort", tooShort(term, leftMs, forMs, lease));
      },
      resign() {
        if (resigned || signal.aborted) return;
        resigned = true;
        onResign();
      },
    },
    hasResigned: () => resigned,
    lose: (reason) => controller.abort(new LeadershipLostError(term, reason)),
  };
}

function lossOf(signal: AbortSignal): RaftbeatError {
  const { term, reason } = signal.reason as LeadershipLostError;
  return new LeadershipLostError(term, reason);
}

function tooShort(term: number, leftMs: number, forMs: number, { longestMs, longerBy }: Lease): string {
  const left = `${leftMs.toFixed(1)} ms of the lease of term ${term} are left`;
  if (!(forMs <= longestMs))
    return `${left}, and ${forMs} ms were asked for: with these settings a lease is never longer than ${longestMs.toFixed(1)} ms; use a longer ${longerBy}`;
  return `${left}, and ${forMs} ms were asked for: stop writing, and wait for the signal or ask again`;
}
