import type { Assigner } from "./assigner-state.js";
import type { LeaseTable, WorkerRecord } from "./lease-table.js";
import { give, revoke, type Tell } from "./shard-ownership.js";
import { isSuperseded } from "./worker-list.js";

/** Gives every orphan to the fit worker that deserves it most, and evens out the load (W9, W10). */
export function place(assigner: Assigner, table: LeaseTable, nowMs: number, tell: Tell): void {
  if (!table.unsettled) return;
  table.unsettled = false;
  table.retryAtMs = Number.POSITIVE_INFINITY;
  const fit = [...table.alive].filter((worker) => isFit(assigner, table, worker));
  for (const name of [...table.orphans]) {
    const worker = mostDeserving(assigner, table, name, fit, nowMs);
    if (worker !== null) give(table, name, worker, tell);
  }
  if (table.orphans.size === 0 && table.losing.size === 0 && table.graceEnded)
    balance(assigner, table, fit, tell);
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
  { fixed }: Assigner,
  table: LeaseTable,
  name: string,
  fit: readonly WorkerRecord[],
  nowMs: number,
): WorkerRecord | null {
  const isFixed = fixed.has(name);
  const wanters = table.wanters.get(name);
  const shard = table.shards.get(name);
  let best: WorkerRecord | null = null;
  let bestRank = 0;
  for (const worker of isFixed ? fit : waiting(wanters, fit)) {
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

/** The fit ones of those that want a shard, the longest waiting first. */
function waiting(
  wanters: ReadonlySet<WorkerRecord> | undefined,
  fit: readonly WorkerRecord[],
): WorkerRecord[] {
  if (wanters === undefined) return [];
  const fitting = new Set(fit);
  return [...wanters].filter((worker) => fitting.has(worker));
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

/** Moves fixed shards from the most to the least loaded worker, while a move makes the load more even. Wanted ones are never moved for that. */
function balance(
  { settings, fixed }: Assigner,
  table: LeaseTable,
  fit: readonly WorkerRecord[],
  tell: Tell,
): void {
  const going = new Map<WorkerRecord, number>();
  for (let moves = 0; moves < settings.movesAtOnce; moves++) {
    let from: WorkerRecord | null = null;
    let to: WorkerRecord | null = null;
    const later = (worker: WorkerRecord, more: number): number =>
      (worker.shards.size + (going.get(worker) ?? 0) + more) / worker.report.capacity;
    for (const worker of fit) {
      if (from === null || later(worker, 0) > later(from, 0)) from = worker;
      const room = worker.report.maxShards - worker.shards.size - (going.get(worker) ?? 0);
      if (room > 0 && (to === null || later(worker, 0) < later(to, 0))) to = worker;
    }
    if (from === null || to === null || later(to, 1) > later(from, -1)) return;
    if (later(from, 0) - later(to, 0) <= tolerance * later(from, 0)) return;
    const name = [...from.shards].find((shard) => fixed.has(shard));
    if (name === undefined) return;
    revoke(table, from, name, "balanced", tell);
    going.set(to, (going.get(to) ?? 0) + 1);
  }
}
