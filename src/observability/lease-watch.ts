import type { Elector, Leadership } from "../elector/api.js";
import type { Schedule } from "../runtime/ports.js";
import type { NodeEvent } from "./node-event.js";

/** Watches over the present leadership of a node, and over whether the process runs at all. */
export interface LeaseWatch {
  /** A leadership has begun. */
  lead(leadership: Leadership): void;
  /** What remains of the lease, in milliseconds; 0 for a node that does not lead. */
  remainingMs(): number;
  stop(): void;
}

/** Clocks and timers of a watch. */
export interface LeaseWatchPorts {
  readonly schedule: Schedule;
  /** The monotonic clock that all processes of the machine share. */
  readonly machineMs: () => number;
}

/** How exactly a lease is told: a renewal of less is not worth a line, and a reading that took longer is worth none. */
const exactnessMs = 0.5;

/**
 * Looks every `intervalMs`. A look that comes `stallMs` late is told as a stall, with what `isLeader` then said, asked before anything
 * else. With `log`, each renewal of the lease is told.
 */
export function watchLease(
  elector: Elector,
  options: { readonly intervalMs: number; readonly stallMs: number; readonly log: boolean },
  report: (event: NodeEvent) => void,
  { schedule, machineMs }: LeaseWatchPorts,
): LeaseWatch {
  let leadership: Leadership | null = null;
  let toldUntilMs = Number.NEGATIVE_INFINITY;
  let lookedAtMs = machineMs();
  let cancel = schedule(options.intervalMs, look);

  function look(): void {
    const isLeader = elector.isLeader;
    const nowMs = machineMs();
    const stalledMs = nowMs - lookedAtMs - options.intervalMs;
    if (stalledMs > options.stallMs) report({ event: "stalled", stalledMs, isLeader });
    lookedAtMs = nowMs;
    if (options.log) tellLease();
    cancel = schedule(options.intervalMs, look);
  }

  function tellLease(): void {
    if (leadership === null) return;
    const beforeMs = machineMs();
    const remainingMs = leadership.remainingMs();
    if (remainingMs <= 0 || machineMs() - beforeMs > exactnessMs) return;
    const leaseUntilMs = beforeMs + remainingMs;
    if (leaseUntilMs - toldUntilMs < exactnessMs) return;
    toldUntilMs = leaseUntilMs;
    report({ event: "lease", term: leadership.term, leaseUntilMs });
  }

  return {
    lead(next) {
      leadership = next;
      next.signal.addEventListener("abort", () => {
        if (leadership === next) leadership = null;
      });
      if (options.log) tellLease();
    },
    remainingMs: () => leadership?.remainingMs() ?? 0,
    stop: () => cancel(),
  };
}
