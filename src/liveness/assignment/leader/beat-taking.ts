import { longestLeaseMs } from "../assignment-settings.js";
import type { Beat, Report, WorkerName } from "../worker-message.js";
import type { Assigner } from "./assigner-state.js";
import { type LeaseTable, newWorker, type WorkerRecord } from "./lease-table.js";
import { claim, endRevocation, mayHold, revoke, revokeAll, type Tell } from "./shard-ownership.js";
import { forgetWorker, isSuperseded, setAlive, setReport } from "./worker-list.js";
import { evictWorker } from "./worker-silence.js";

/** What becomes of a beat: it is taken, it changes nothing, or its sender is told the term and has to say all of itself. */
export type Taken = "taken" | "ignored" | "unknown";

/**
 * Takes a beat, if it may be taken (W3). Then, in this order: the promise, claims, what is free by the worker's word, and what is taken from it.
 */
export function takeBeat(
  assigner: Assigner,
  table: LeaseTable,
  from: WorkerName,
  beat: Beat,
  nowMs: number,
  tell: Tell,
): Taken {
  if (beat.term !== table.term) return "unknown";
  const known = table.workers.get(from.boot);
  if (known === undefined && beat.report === null) return "unknown";
  if (known !== undefined && beat.seq <= known.seq) return "ignored";
  const worker = known ?? admit(assigner, table, from, beat.report as Report, nowMs, tell);
  if (worker === null) return "ignored";
  worker.seq = beat.seq;
  worker.seen = beat.seen;
  worker.heardAtMs = nowMs;
  worker.promisedUntilMs = Math.max(worker.promisedUntilMs, nowMs + assigner.settings.leaseMs);
  const wasSilent = known !== undefined && worker.state !== "alive";
  setAlive(assigner, table, worker, nowMs);
  if (wasSilent) tell({ kind: "trusted", id: worker.id, boot: worker.boot });
  table.toGrant.add(worker);
  if (beat.report !== null) onReport(assigner, table, worker, beat.report, nowMs, tell);
  endSeenRevocations(assigner, table, worker);
  if (worker.shards.size > 0) takeBackAll(assigner, table, worker, tell);
  return "taken";
}

/** A life that is new to this table. It takes the place of an earlier life of the same worker, which keeps what it holds until W8 frees it (W13). */
function admit(
  assigner: Assigner,
  table: LeaseTable,
  from: WorkerName,
  report: Report,
  nowMs: number,
  tell: Tell,
): WorkerRecord | null {
  if (table.workers.size >= assigner.settings.maxWorkers) {
    const { first: oldest } = table.evicted;
    if (oldest === null) {
      tell({ kind: "refused", boot: from.boot, shard: "", reason: "tooManyWorkers" });
      return null;
    }
    forgetWorker(assigner, table, oldest, nowMs);
  }
  const worker = newWorker(table, from);
  worker.report = report;
  table.workers.set(from.boot, worker);
  const former = table.lives.get(from.id);
  table.lives.set(from.id, from.boot);
  tell({ kind: "joined", id: from.id, boot: from.boot });
  const before = former === undefined ? undefined : table.workers.get(former);
  if (before === undefined) return worker;
  tell({ kind: "superseded", id: before.id, boot: before.boot });
  if (before.state === "lapsed") evictWorker(assigner, table, before, "restarted", nowMs, tell);
  return worker;
}

function onReport(
  assigner: Assigner,
  table: LeaseTable,
  worker: WorkerRecord,
  report: Report,
  nowMs: number,
  tell: Tell,
): void {
  setReport(assigner, table, worker, report, nowMs);
  if (!table.graceEnded && report.longestLeaseMs <= longestLeaseMs)
    table.graceUntilMs = Math.max(table.graceUntilMs, table.startedAtMs + report.longestLeaseMs);
  for (const held of report.held) claim(table, worker, held, nowMs, tell);
  for (const name of report.releases) {
    if (!worker.shards.has(name)) continue;
    revoke(table, worker, name, "released", tell);
    const shard = table.shards.get(name);
    if (shard === undefined) continue;
    shard.refusedBy = worker.boot;
    shard.refusedUntilMs = nowMs + assigner.settings.retryMs;
  }
  for (const name of [...worker.shards])
    if (!mayHold(assigner, table, worker, name)) revoke(table, worker, name, "unwanted", tell);
}

/** What was revoked is free once its worker has seen an assignment without it, and does not hold it any more (W8). */
function endSeenRevocations(assigner: Assigner, table: LeaseTable, worker: WorkerRecord): void {
  if (worker.revoking.size === 0) return;
  for (const [name, { version }] of [...worker.revoking])
    if (worker.seen >= version && !worker.held.has(name)) endRevocation(assigner, table, worker, name);
}

/** Takes everything from a worker that shall hold nothing any longer. */
function takeBackAll(assigner: Assigner, table: LeaseTable, worker: WorkerRecord, tell: Tell): void {
  if (worker.report.leaving) revokeAll(table, worker, "left", tell);
  else if (isSuperseded(table, worker)) revokeAll(table, worker, "restarted", tell);
  else if (assigner.draining.has(worker.id)) revokeAll(table, worker, "drained", tell);
}

/** A worker that leaves, and holds nothing any more, is gone once it was answered (W14). */
export function letGo(
  assigner: Assigner,
  table: LeaseTable,
  worker: WorkerRecord,
  nowMs: number,
  tell: Tell,
): void {
  if (!worker.report.leaving || worker.shards.size > 0 || worker.revoking.size > 0) return;
  if (worker.held.size > 0) return;
  forgetWorker(assigner, table, worker, nowMs);
  tell({ kind: "left", id: worker.id, boot: worker.boot });
}
