import type { LeaseTable, WorkerQueue, WorkerRecord, WorkerState } from "./lease-table.js";
import { countInZone, zoneOf } from "./worker-zones.js";

/**
 * A worker is in one queue, that of its state, behind all that came into it before. A linked list, since a `Set` from whose front entries are deleted takes ever
 * longer to find its first one.
 */
export function setState(table: LeaseTable, worker: WorkerRecord, to: WorkerState, nowMs: number): void {
  const { state: from } = worker;
  const zone = zoneOf(table, worker.report.zone, nowMs);
  unlink(worker);
  worker.state = to;
  if (to === "alive") append(table.alive, worker);
  else if (to === "suspect") append(table.suspects, worker);
  else if (to === "lapsed") append(zone.lapsed, worker);
  else if (to === "evicted") append(table.evicted, worker);
  if (zone.lapsed.size > 0) table.failing.add(zone);
  else table.failing.delete(zone);
  if (from !== to) countInZone(table, zone, counted(to) - counted(from), silent(to) - silent(from));
}

function counted(state: WorkerState): number {
  return state === "unknown" ? 0 : 1;
}

function silent(state: WorkerState): number {
  return state === "unknown" || state === "alive" ? 0 : 1;
}

/** The workers of a queue, the first first. The one at hand may leave it. */
export function* inOrder(queue: WorkerQueue): Generator<WorkerRecord> {
  for (let worker = queue.first; worker !== null; ) {
    const { next } = worker;
    yield worker;
    worker = next;
  }
}

function append(queue: WorkerQueue, worker: WorkerRecord): void {
  worker.queue = queue;
  worker.previous = queue.last;
  if (queue.last === null) queue.first = worker;
  else queue.last.next = worker;
  queue.last = worker;
  queue.size++;
}

function unlink(worker: WorkerRecord): void {
  const { queue, previous, next } = worker;
  if (queue === null) return;
  if (previous === null) queue.first = next;
  else previous.next = next;
  if (next === null) queue.last = previous;
  else next.previous = previous;
  queue.size--;
  worker.queue = null;
  worker.previous = null;
  worker.next = null;
}
