import type { Grant, HeldShard } from "../worker-message.js";
import type { Holding, Worker } from "./worker-state.js";

/** What a worker may rely on: the leases of its shards, and how grants make them longer (W5). */

/** Until when this worker may act for a shard, on its own clock; minus infinity where it may not (W5, W11). */
export function leaseUntilMs({ holdings, leaving }: Worker, shard: string): number {
  const holding = holdings.get(shard);
  if (holding === undefined || leaving || holding.body !== "running" || !isFed(holding))
    return Number.NEGATIVE_INFINITY;
  return holding.untilMs;
}

/** Whether this worker may act for a shard now. */
export function isValid(worker: Worker, shard: string, nowMs: number): boolean {
  return nowMs < leaseUntilMs(worker, shard);
}

/** Whether the assignment gives this worker the very shard that its body is at, if it has one. */
export function isFed({ assigned, released, body, token, bodyToken }: Holding): boolean {
  return assigned && !released && (body === "none" || token === bodyToken);
}

/** Whether nobody else may have a shard, because this worker may act for it or still drains it (W11). */
export function holds({ assigned, released, body, untilMs }: Holding, nowMs: number): boolean {
  return nowMs < untilMs && ((assigned && !released) || body !== "none");
}

/** A leader has granted a lease (W5). A grant of another term, for a beat that is forgotten, or of an older assignment changes nothing. */
export function onGrant(worker: Worker, grant: Grant): void {
  const sentAtMs = worker.sentAtMs.get(grant.seq);
  if (grant.term !== worker.term || sentAtMs === undefined || grant.version < worker.seen) return;
  if (grant.version > worker.seen) {
    if (grant.shards === null) return;
    takeAssignment(worker, grant.shards);
    worker.seen = grant.version;
  }
  const untilMs = sentAtMs + sureLeaseMs(grant.leaseMs, worker.settings.clockDriftRatio);
  for (const holding of worker.holdings.values())
    if (holding.assigned) holding.untilMs = Math.max(holding.untilMs, untilMs);
  worker.grantedSeq = Math.max(worker.grantedSeq, grant.seq);
  worker.longestLeaseMs = Math.max(worker.longestLeaseMs, grant.leaseMs);
  worker.superseded = grant.superseded;
}

/** How long a promise surely lasts, seen from the clock of the worker: its clock may run slow, and the leader's fast. */
function sureLeaseMs(leaseMs: number, clockDriftRatio: number): number {
  return (leaseMs * (1 - clockDriftRatio)) / (1 + clockDriftRatio);
}

/** Another assignment: what it does not name drains, with the lease that it has. */
function takeAssignment(worker: Worker, shards: readonly HeldShard[]): void {
  for (const holding of worker.holdings.values()) {
    // The leader waits for a word of what it took away.
    if (holding.assigned) worker.hasNews ||= !shards.some(({ shard }) => shard === holding.shard);
    holding.assigned = false;
  }
  for (const { shard, token } of shards) {
    const holding = worker.holdings.get(shard);
    if (holding === undefined) worker.holdings.set(shard, newHolding(shard, token));
    else {
      if (holding.token !== token) holding.released = false;
      holding.token = token;
      holding.assigned = true;
    }
  }
}

function newHolding(shard: string, token: number): Holding {
  return {
    shard,
    token,
    untilMs: Number.NEGATIVE_INFINITY,
    assigned: true,
    released: false,
    body: "none",
    bodyToken: 0,
  };
}

/** A leader has told its term (W15). Its own term again: that leader knows nothing of this worker, which says all of itself anew. */
export function onWelcome(worker: Worker, term: number, nowMs: number): void {
  if (term < worker.term && [...worker.holdings.values()].some((holding) => holds(holding, nowMs))) return;
  worker.grantedSeq = 0;
  worker.hasNews = true;
  if (term === worker.term) return;
  worker.term = term;
  worker.seen = 0;
  worker.sentAtMs.clear();
}

/** The clock of this worker has stood still, for nobody knows how long: no lease counts, and no beat that was sent before. */
export function forgetLeases(worker: Worker): void {
  worker.sentAtMs.clear();
  for (const holding of worker.holdings.values()) holding.untilMs = Number.NEGATIVE_INFINITY;
}
