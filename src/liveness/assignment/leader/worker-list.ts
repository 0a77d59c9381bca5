import type { Report } from "../worker-message.js";
import type { Assigner } from "./assigner-state.js";
import type { LeaseTable, WorkerRecord } from "./lease-table.js";
import { sortOut } from "./shard-ownership.js";
import { setState } from "./worker-queue.js";
import { countInZone, zoneOf } from "./worker-zones.js";

/** Which workers there are, how they are, and what they want. */

/** A worker was heard: it is alive, and the last of those that will be judged. */
export function setAlive(assigner: Assigner, table: LeaseTable, worker: WorkerRecord, nowMs: number): void {
  const { state } = worker;
  setState(table, worker, "alive", nowMs);
  if (state === "alive") return;
  setFit(table);
  if (state === "unknown" || state === "evicted") want(assigner, table, worker);
}

/** A worker may have become fit: orphans may find it, and the load may be uneven. */
function setFit(table: LeaseTable): void {
  table.unsettled = true;
  table.uneven = true;
}

/** A worker says something new of itself. */
export function setReport(
  assigner: Assigner,
  table: LeaseTable,
  worker: WorkerRecord,
  report: Report,
  nowMs: number,
): void {
  const { zone: before, wants } = worker.report;
  if (before !== report.zone) {
    countInZone(table, zoneOf(table, before, nowMs), -1, 0);
    countInZone(table, zoneOf(table, report.zone, nowMs), 1, 0);
  }
  worker.report = report;
  worker.held = new Set(report.held.map(({ shard }) => shard));
  if (wants.length !== report.wants.length || wants.some((name, at) => name !== report.wants[at])) {
    const gone = new Set(wants);
    for (const name of report.wants) gone.delete(name);
    for (const name of gone) dropWant(assigner, table, worker, name);
    want(assigner, table, worker);
  }
  setFit(table);
}

/** What a worker wants exists (W9). */
function want(assigner: Assigner, table: LeaseTable, worker: WorkerRecord): void {
  for (const name of worker.report.wants) {
    const wanters = table.wanters.get(name);
    if (wanters?.has(worker)) continue;
    if (wanters === undefined) table.wanters.set(name, new Set([worker]));
    else wanters.add(worker);
    sortOut(assigner, table, name);
  }
}

/** A worker that is gone wants nothing. */
export function unwant(assigner: Assigner, table: LeaseTable, worker: WorkerRecord): void {
  for (const name of worker.report.wants) dropWant(assigner, table, worker, name);
}

function dropWant(assigner: Assigner, table: LeaseTable, worker: WorkerRecord, name: string): void {
  const wanters = table.wanters.get(name);
  if (!wanters?.delete(worker)) return;
  if (wanters.size === 0) table.wanters.delete(name);
  sortOut(assigner, table, name);
}

/** Whether a later life of the same worker beats (W13). */
export function isSuperseded({ lives, workers }: LeaseTable, { id, boot }: WorkerRecord): boolean {
  const newest = lives.get(id);
  if (newest === undefined || newest === boot) return false;
  const state = workers.get(newest)?.state;
  return state === "alive" || state === "suspect";
}

/** Forgets a life of a worker that holds nothing. */
export function forgetWorker(
  assigner: Assigner,
  table: LeaseTable,
  worker: WorkerRecord,
  nowMs: number,
): void {
  setState(table, worker, "unknown", nowMs);
  unwant(assigner, table, worker);
  table.toGrant.delete(worker);
  table.workers.delete(worker.boot);
  if (table.lives.get(worker.id) === worker.boot) table.lives.delete(worker.id);
}
