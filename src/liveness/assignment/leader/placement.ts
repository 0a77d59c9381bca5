import type { Assigner } from "./assigner-state.js";
import { balanceAtMs, type LeaseTable, type WorkerRecord } from "./lease-table.js";
import { give, revoke, type Tell } from "./shard-ownership.js";
import { isSuperseded } from "./worker-list.js";
import { inOrder } from "./worker-queue.js";

/** Gives every orphan to the fit worker that deserves it most (W9). */
export function place(assigner: Assigner, table: LeaseTable, nowMs: number, tell: Tell): void {
  if (!table.unsettled) return;
  table.unsettled = false;
  table.retryAtMs = Number.POSITIVE_INFINITY;
  if (table.orphans.size === 0) return;
  const fit = [...inOrder(table.alive)].filter((worker) => isFit(assigner, table, worker));
  for (const name of [...table.orphans]) {
    const worker = mostDeserving(assigner, table, name, fit, nowMs);
    if (worker !== null) give(table, name, worker, tell);
  }
}

/** Evens out the load, when nothing else is in motion (W10). Where there was nothing to do it looks no more often than workers beat. */
export function evenOut(assigner: Assigner, table: LeaseTable, nowMs: number, tell: Tell): void {
  if (nowMs < balanceAtMs(table)) return;
  const fit = [...inOrder(table.alive)].filter((worker) => isFit(assigner, table, worker));
  table.uneven = balance(assigner, table, fit, tell);
  if (!table.uneven) table.balanceAtMs = nowMs + assigner.settings.beatIntervalMs;
}

/** Whether a worker may be given something: it is alive, it stays, and it is fed (W13). */
function isFit({ draining }: Assigner, table: LeaseTable, worker: WorkerRecord): boolean {
  return (
    worker.state === "alive" &&
    !worker.report.leaving &&
    !draining.has(worker.id) &&
    !isSuperseded(table, worker)
  );
}

/** A fixed shard goes to the least loaded; a wanted one to the least loaded of those that want it, and among equals to the one that has waited longest. */
function mostDeserving(
  assigner: Assigner,
  table: LeaseTable,
  name: string,
  fit: readonly WorkerRecord[],
  nowMs: number,
): WorkerRecord | null {
  const isFixed = assigner.fixed.has(name);
  const wanters = table.wanters.get(name);
  const shard = table.shards.get(name);
  let best: WorkerRecord | null = null;
  let bestRank = 0;
  for (const worker of isFixed ? fit : (wanters ?? [])) {
    if (!isFixed && !isFit(assigner, table, worker)) continue;
    if (worker.shards.size + worker.revoking.size >= worker.report.maxShards) continue;
    if (shard?.refusedBy === worker.boot && nowMs < shard.refusedUntilMs) {
      table.retryAtMs = Math.min(table.retryAtMs, shard.refusedUntilMs);
      continue;
    }
    const rank = isFixed ? rankOf(name, worker.id) : 0;
    const by = best === null ? -1 : loadOf(worker) - loadOf(best);
    if (by > 0 || (by === 0 && rank <= bestRank)) continue;
    best = worker;
    bestRank = rank;
  }
  return best;
}

function loadOf({ shards, report }: WorkerRecord): number {
  return shards.size / report.capacity;
}

/** Which of equally loaded workers a shard goes to: the same under every leader (rendezvous hashing). */
function rankOf(shard: string, worker: string): number {
  let mix = 0x811c9dc5;
  const text = `${shard}/${worker}`;
  for (let at = 0; at < text.length; at++) mix = Math.imul(mix ^ text.charCodeAt(at), 0x01000193);
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return ((mix ^ (mix >>> 16)) >>> 0) + 1;
}

/** A difference of load by so small a share is left. */
const tolerance = 0.1;

/** Moves fixed shards from the most to the least loaded worker, while that makes the load more even; true if it moved any. Wanted ones are never moved for that. */
function balance(
  { settings, fixed }: Assigner,
  table: LeaseTable,
  fit: readonly WorkerRecord[],
  tell: Tell,
): boolean {
  const coming = new Map<WorkerRecord, number>();
  const countOf = (worker: WorkerRecord): number => worker.shards.size + (coming.get(worker) ?? 0);
  const loadWith = (worker: WorkerRecord, more: number): number =>
    (countOf(worker) + more) / worker.report.capacity;
  for (let moves = 0; moves < settings.movesAtOnce; moves++) {
    let from: WorkerRecord | null = null;
    let to: WorkerRecord | null = null;
    for (const worker of fit) {
      if (from === null || loadWith(worker, 0) > loadWith(from, 0)) from = worker;
      if (countOf(worker) >= worker.report.maxShards) continue;
      if (to === null || loadWith(worker, 0) < loadWith(to, 0)) to = worker;
    }
    if (from === null || to === null || loadWith(to, 1) > loadWith(from, -1)) return moves > 0;
    if (loadWith(from, 0) - loadWith(to, 0) <= tolerance * loadWith(from, 0)) return moves > 0;
    const name = [...from.shards].find((shard) => fixed.has(shard));
    if (name === undefined) return moves > 0;
    revoke(table, from, name, "balanced", tell);
    coming.set(to, (coming.get(to) ?? 0) + 1);
  }
  return settings.movesAtOnce > 0;
}
