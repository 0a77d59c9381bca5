import type { Assigner } from "./assigner-state.js";
import { balanceAtMs, type LeaseTable, type WorkerRecord } from "./lease-table.js";
import { endRevocation, freeAll, sortOut, type Tell } from "./shard-ownership.js";
import { forgetWorker, isSuperseded, unwant } from "./worker-list.js";
import { inOrder, setState } from "./worker-queue.js";
import { admitsEviction, judgeZones, nextEvictionMs } from "./worker-zones.js";

/** What time brings, without a word of anybody: suspicions, promises that end, the end of the grace period, evictions. */
export function onTime(assigner: Assigner, table: LeaseTable, nowMs: number, tell: Tell): void {
  suspectSilent(assigner, table, nowMs, tell);
  endPromises(assigner, table, nowMs);
  endGrace(assigner, table, nowMs, tell);
  judgeZones(table, nowMs, tell);
  evict(assigner, table, nowMs, tell);
  for (const worker of inOrder(table.evicted)) {
    if (nowMs < worker.evictedAtMs + assigner.settings.forgetAfterMs) break;
    forgetWorker(assigner, table, worker, nowMs);
  }
  if (nowMs >= table.retryAtMs) table.unsettled = true;
}

/** When time will next bring something; infinite for never. */
export function nextChangeMs({ settings }: Assigner, table: LeaseTable, nowMs: number): number {
  let nextMs = Math.min(table.retryAtMs, table.graceEnded ? Number.POSITIVE_INFINITY : table.graceUntilMs);
  nextMs = Math.min(nextMs, balanceAtMs(table));
  const [alive, suspect, evicted] = [table.alive.first, table.suspects.first, table.evicted.first];
  if (alive !== null) nextMs = Math.min(nextMs, suspectAtMs(table, alive, settings.suspectMs));
  if (suspect !== null) nextMs = Math.min(nextMs, lapsedAtMs(table, suspect, settings.leaseMs));
  if (evicted !== null) nextMs = Math.min(nextMs, evicted.evictedAtMs + settings.forgetAfterMs);
  for (const { revoking } of table.losing)
    for (const { untilMs } of revoking.values()) {
      nextMs = Math.min(nextMs, untilMs);
      break;
    }
  if (!table.doubts)
    for (const zone of table.failing) {
      if (zone.lapsed.first === null) continue;
      const freeMs = lapsedAtMs(table, zone.lapsed.first, settings.leaseMs) + settings.holdMs;
      nextMs = Math.min(nextMs, Math.max(freeMs, nextEvictionMs(settings, zone, nowMs)));
    }
  return nextMs;
}

/** A silence counts only as far as this leader has listened (A1 of docs/liveness.md). */
function suspectAtMs(
  { attentiveSinceMs }: LeaseTable,
  { heardAtMs }: WorkerRecord,
  suspectMs: number,
): number {
  return Math.max(heardAtMs, attentiveSinceMs) + suspectMs;
}

function lapsedAtMs({ attentiveSinceMs }: LeaseTable, worker: WorkerRecord, leaseMs: number): number {
  return Math.max(worker.promisedUntilMs, attentiveSinceMs + leaseMs);
}

function suspectSilent(assigner: Assigner, table: LeaseTable, nowMs: number, tell: Tell): void {
  const { settings } = assigner;
  for (const worker of inOrder(table.alive)) {
    if (nowMs < suspectAtMs(table, worker, settings.suspectMs)) break;
    setState(table, worker, "suspect", nowMs);
    tell({ kind: "suspect", id: worker.id, boot: worker.boot });
  }
  for (const worker of inOrder(table.suspects)) {
    if (nowMs < lapsedAtMs(table, worker, settings.leaseMs)) break;
    setState(table, worker, "lapsed", nowMs);
    tell({ kind: "lapsed", id: worker.id, boot: worker.boot });
    // Its next life has begun: that is no sign of a mass failure, and needs no leave of the brake.
    if (isSuperseded(table, worker)) evictWorker(assigner, table, worker, "restarted", nowMs, tell);
  }
}

/** What was revoked is free once the promise, as it stood at the revocation, is over (W8). */
function endPromises(assigner: Assigner, table: LeaseTable, nowMs: number): void {
  for (const worker of [...table.losing])
    for (const [name, { untilMs }] of [...worker.revoking]) {
      if (nowMs < untilMs) break;
      endRevocation(assigner, table, worker, name);
    }
}

/** What nobody claimed is free (W7). */
function endGrace(assigner: Assigner, table: LeaseTable, nowMs: number, tell: Tell): void {
  if (table.graceEnded || nowMs < table.graceUntilMs) return;
  table.graceEnded = true;
  for (const name of assigner.fixed) sortOut(assigner, table, name);
  for (const name of table.wanters.keys()) sortOut(assigner, table, name);
  tell({ kind: "graceEnded", free: table.orphans.size });
}

/** Evicts as many lapsed workers as the brake lets through (W12). */
function evict(assigner: Assigner, table: LeaseTable, nowMs: number, tell: Tell): void {
  if (table.doubts) return;
  const { settings } = assigner;
  for (const zone of [...table.failing])
    for (const worker of inOrder(zone.lapsed)) {
      if (nowMs < lapsedAtMs(table, worker, settings.leaseMs) + settings.holdMs) break;
      if (!admitsEviction(settings, zone, nowMs)) break;
      evictWorker(assigner, table, worker, "lapsed", nowMs, tell);
    }
}

/** A worker whose promise is over loses its shards for good. */
export function evictWorker(
  assigner: Assigner,
  table: LeaseTable,
  worker: WorkerRecord,
  cause: "lapsed" | "restarted",
  nowMs: number,
  tell: Tell,
): void {
  setState(table, worker, "evicted", nowMs);
  worker.evictedAtMs = nowMs;
  unwant(assigner, table, worker);
  freeAll(assigner, table, worker, cause);
  tell({ kind: "evicted", id: worker.id, boot: worker.boot });
}
