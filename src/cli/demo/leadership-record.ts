import { type LeaseSpan, leaseOverlapMs } from "./lease-overlap.js";

/** What the replicas of a demo told, put together. All times are milliseconds of the clock that the machine's processes share. */
export interface LeadershipRecord {
  /** `id` leads; gives the time since the last kill if this is the leader that it was waiting for. */
  elected(id: string, term: number, atMs: number): number | null;
  /** `id` said at `atMs` that it leads, and will until `untilMs` unless it says otherwise. */
  leased(id: string, term: number, atMs: number, untilMs: number): void;
  lost(id: string, atMs: number): void;
  /** Somebody is about to end or stop the leader `id`. */
  killed(id: string, atMs: number): void;
  /** Who holds a lease at that moment, as far as is known. */
  leaderAt(atMs: number): string | null;
  /** What came of the last kill: nothing yet, a new leader, or another had been elected just before. */
  outcome(): KillOutcome;
  totals(): Totals;
}

/** What came of a kill. */
type KillOutcome = "pending" | "replaced" | "missed";

/** What a demo amounts to. */
export interface Totals {
  /** One for each kill that hit a leader and got another. */
  readonly failoversMs: readonly number[];
  readonly termCount: number;
  readonly leaseCount: number;
  readonly leadersPerTermMax: number;
  readonly leaseOverlapMs: number;
}

/** An empty record. */
export function createLeadershipRecord(): LeadershipRecord {
  const spans: { readonly id: string; readonly term: number; fromMs: number; untilMs: number }[] = [];
  const leadersByTerm = new Map<number, Set<string>>();
  const failoversMs: number[] = [];
  let kill: { readonly id: string; readonly atMs: number } | null = null;
  let outcome: KillOutcome = "missed";

  function lastSpanOf(id: string) {
    return spans.findLast((span) => span.id === id);
  }

  return {
    elected(id, term, atMs) {
      leadersByTerm.set(term, (leadersByTerm.get(term) ?? new Set()).add(id));
      spans.push({ id, term, fromMs: atMs, untilMs: atMs });
      if (kill === null || outcome !== "pending" || id === kill.id) return null;
      outcome = atMs < kill.atMs ? "missed" : "replaced";
      if (outcome === "missed") return null;
      failoversMs.push(atMs - kill.atMs);
      return atMs - kill.atMs;
    },
    leased(id, term, atMs, untilMs) {
      const span = lastSpanOf(id);
      if (span?.term === term) span.untilMs = Math.max(span.untilMs, untilMs);
      else spans.push({ id, term, fromMs: atMs, untilMs });
    },
    lost(id, atMs) {
      const span = lastSpanOf(id);
      if (span !== undefined) span.untilMs = Math.min(span.untilMs, atMs);
    },
    killed(id, atMs) {
      kill = { id, atMs };
      outcome = "pending";
    },
    leaderAt(atMs) {
      return spans.findLast(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)?.id ?? null;
    },
    outcome: () => outcome,
    totals: () => ({
      failoversMs,
      termCount: leadersByTerm.size,
      leaseCount: spans.length,
      leadersPerTermMax: Math.max(0, ...[...leadersByTerm.values()].map((leaders) => leaders.size)),
      leaseOverlapMs: leaseOverlapMs(spans satisfies readonly LeaseSpan[]),
    }),
  };
}
