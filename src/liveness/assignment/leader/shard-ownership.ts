import type { AssignmentEvent } from "../assignment-event.js";
import { isOlder, isUsedUp, tokenOf } from "../fencing-token.js";
import type { HeldShard } from "../worker-message.js";
import type { Assigner } from "./assigner-state.js";
import { type LeaseTable, type MoveCause, renumber, type Shard, type WorkerRecord } from "./lease-table.js";

/** Every change of who holds a shard: claimed, given, revoked, freed. Nothing else sets an owner. */

/** Tells of something. */
export type Tell = (event: AssignmentEvent) => void;

/** Whether a shard should be held: the settings name it, or a worker wants it. */
export function isDesired({ fixed }: Assigner, { wanters }: LeaseTable, name: string): boolean {
  return fixed.has(name) || (wanters.get(name)?.size ?? 0) > 0;
}

/** Whether a worker may hold a shard: every worker what the settings name, and else who wants it. */
export function mayHold(
  { fixed }: Assigner,
  { wanters }: LeaseTable,
  worker: WorkerRecord,
  name: string,
): boolean {
  return fixed.has(name) || wanters.get(name)?.has(worker) === true;
}

/**
 * A worker says that it holds a shard. While the shard is unknown this makes it the owner, its token unchanged (W6); a shard that this leader has given to
 * somebody, or has seen free, is not unknown.
 */
export function claim(
  table: LeaseTable,
  worker: WorkerRecord,
  { shard: name, token }: HeldShard,
  nowMs: number,
  tell: Tell,
): void {
  const known = table.shards.get(name);
  if (known !== undefined) {
    if (known.owner !== worker.boot)
      tell({ kind: "refused", boot: worker.boot, shard: name, reason: "heldByAnother" });
    return;
  }
  if (nowMs >= table.graceUntilMs) return;
  if (!isOlder(token, table.term)) {
    tell({ kind: "refused", boot: worker.boot, shard: name, reason: "impossibleToken" });
    return;
  }
  table.shards.set(name, newShard(name, token, 0, worker.boot));
  worker.shards.add(name);
  renumber(table, worker);
  tell({ kind: "claimed", shard: name, token, id: worker.id, boot: worker.boot });
}

function newShard(name: string, token: number, n: number, owner: string | null): Shard {
  return {
    name,
    owner,
    token,
    n,
    formerOwner: null,
    cause: "unclaimed",
    refusedBy: null,
    refusedUntilMs: Number.NEGATIVE_INFINITY,
  };
}

/** A free shard goes into the assignment of a worker, with a token above all before (W9). False where there is no such token left. */
export function give(table: LeaseTable, name: string, worker: WorkerRecord, tell: Tell): boolean {
  const shard = table.shards.get(name) ?? newShard(name, 0, table.forgottenOwners, null);
  table.orphans.delete(name);
  if (isUsedUp(shard.n)) {
    tell({ kind: "refused", boot: worker.boot, shard: name, reason: "tokensUsedUp" });
    return false;
  }
  shard.n++;
  shard.token = tokenOf(table.term, shard.n);
  shard.owner = worker.boot;
  table.shards.set(name, shard);
  worker.shards.add(name);
  renumber(table, worker);
  // It has waited no longer than the others from now on.
  const wanters = table.wanters.get(name);
  if (wanters?.delete(worker)) wanters.add(worker);
  tell({
    kind: "given",
    shard: name,
    token: shard.token,
    id: worker.id,
    boot: worker.boot,
    from: shard.formerOwner,
    cause: shard.cause,
  });
  return true;
}

/** Takes a shard from its worker: out of the assignment now, and free when W8 allows. */
export function revoke(
  table: LeaseTable,
  worker: WorkerRecord,
  name: string,
  cause: MoveCause,
  tell: Tell,
): void {
  if (!worker.shards.delete(name)) return;
  const version = renumber(table, worker);
  worker.revoking.set(name, { version, untilMs: worker.promisedUntilMs, cause });
  table.losing.add(worker);
  tell({ kind: "revoked", shard: name, boot: worker.boot, cause });
}

/** Takes all shards from a worker. */
export function revokeAll(table: LeaseTable, worker: WorkerRecord, cause: MoveCause, tell: Tell): void {
  for (const name of [...worker.shards]) revoke(table, worker, name, cause, tell);
}

/** A shard that was revoked is free (W8). */
export function endRevocation(
  assigner: Assigner,
  table: LeaseTable,
  worker: WorkerRecord,
  name: string,
): void {
  const revocation = worker.revoking.get(name);
  worker.revoking.delete(name);
  if (worker.revoking.size === 0) table.losing.delete(worker);
  free(assigner, table, name, revocation?.cause ?? "unclaimed");
}

/** A worker whose promise is over loses its whole assignment. */
export function freeAll(assigner: Assigner, table: LeaseTable, worker: WorkerRecord, cause: MoveCause): void {
  for (const name of worker.revoking.keys()) free(assigner, table, name, cause);
  for (const name of worker.shards) free(assigner, table, name, cause);
  worker.revoking.clear();
  worker.shards.clear();
  table.losing.delete(worker);
  worker.version = ++table.versions;
}

function free(assigner: Assigner, table: LeaseTable, name: string, cause: MoveCause): void {
  const shard = table.shards.get(name);
  if (shard === undefined) return;
  shard.formerOwner = shard.owner;
  shard.owner = null;
  shard.cause = cause;
  sortOut(assigner, table, name);
}

/** Notes what is to become of a shard if it is free: it is an orphan, or idle. In the grace period a shard that is not in the table is held by somebody. */
export function sortOut(assigner: Assigner, table: LeaseTable, name: string): void {
  const shard = table.shards.get(name);
  if (shard === undefined ? !table.graceEnded : shard.owner !== null) return;
  table.orphans.delete(name);
  table.idle.delete(name);
  if (isDesired(assigner, table, name)) {
    table.orphans.add(name);
    table.unsettled = true;
  } else if (shard !== undefined) {
    table.idle.add(name);
    forgetIdle(table, assigner.settings.maxIdleShards);
  }
}

/** Forgets the shards that nobody has wanted for longest, but not how many owners they had (W9). In the grace period an idle shard is kept: it is known to be free. */
function forgetIdle(table: LeaseTable, most: number): void {
  if (!table.graceEnded) return;
  for (const name of table.idle) {
    if (table.idle.size <= most) return;
    table.forgottenOwners = Math.max(table.forgottenOwners, table.shards.get(name)?.n ?? 0);
    table.idle.delete(name);
    table.shards.delete(name);
  }
}
