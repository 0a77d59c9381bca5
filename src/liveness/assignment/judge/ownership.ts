import type { AssignmentEvent } from "../assignment-event.js";
import type { LeaseTable, MoveCause } from "../leader/lease-table.js";
import type { WorkerEffect } from "../worker/worker.js";
import type { Worker } from "../worker/worker-state.js";
import type { Beat } from "../worker-message.js";

/**
 * Looks at workers and leaders from outside, in real time, and says when something happened that must never happen (WS1 to WS6 of docs/assignment.md).
 * Shares nothing but types with what it judges, because a check that shares code shares its mistakes.
 */
export interface Ownership {
  /** By shard and life: until when, in real time, that life may act for the shard or drains it. */
  readonly holds: Map<string, Map<string, number>>;
  /** The token of the last owner of each shard, and which life that was. */
  readonly tokens: Map<string, { readonly token: number; readonly boot: string }>;
  /** By life: its bodies, and whether each was told to stop. */
  readonly bodies: Map<string, Map<string, "running" | "stopping">>;
  /** What each life last said that it holds. */
  readonly said: Map<string, ReadonlySet<string>>;
  /** Why each token was given, by shard and token. */
  readonly causes: Map<string, MoveCause>;
  /** How often a shard went from one life to another, by cause. */
  readonly moves: Map<MoveCause, number>;
  /** When workers of each zone were evicted by the brake's leave. */
  readonly evictions: Map<string, number[]>;
  readonly counts: { begun: number; claimed: number; given: number };
}

/** Something that must never happen, and did. */
export interface OwnershipViolation {
  readonly invariant: "WS1" | "WS2" | "WS3" | "WS4" | "WS5" | "WS6" | "WL1";
  readonly sentence: string;
}

/** What a look found. */
export type OwnershipFound = readonly OwnershipViolation[];

const none: OwnershipFound = [];
/** Clock rates, offsets and products of them are only so exact. */
const roundingMs = 1e-6;

/** A judge that has seen nothing. */
export function createOwnership(): Ownership {
  return {
    holds: new Map(),
    tokens: new Map(),
    bodies: new Map(),
    said: new Map(),
    causes: new Map(),
    moves: new Map(),
    evictions: new Map(),
    counts: { begun: 0, claimed: 0, given: 0 },
  };
}

/**
 * A worker has dealt with something (WS1, WS2, WS4).
 * @param localMs what its clock says
 * @param rate how fast that runs: 1.01 gains ten milliseconds in a second
 * @param realMs true time, the same for all
 */
export function observeWorker(
  judge: Ownership,
  { settings: { boot }, holdings }: Worker,
  localMs: number,
  rate: number,
  realMs: number,
): OwnershipFound {
  const { holds } = judge;
  let found: OwnershipViolation[] | null = null;
  for (const [shard, holders] of holds) if (!holdings.has(shard)) holders.delete(boot);
  for (const { shard, assigned, released, body, bodyToken, untilMs } of holdings.values()) {
    const isExclusive = body !== "none" || (assigned && !released);
    const holders = holds.get(shard) ?? new Map<string, number>();
    holds.set(shard, holders);
    if (!isExclusive || untilMs <= localMs) {
      holders.delete(boot);
      continue;
    }
    holders.set(boot, realMs + (untilMs - localMs) / rate);
    for (const [other, otherUntilMs] of holders)
      if (other !== boot && otherUntilMs > realMs + roundingMs) {
        const sentence = `${boot} holds ${shard}, and so does ${other}, for ${otherUntilMs - realMs} ms more`;
        found = [...(found ?? []), { invariant: "WS1", sentence }];
      }
    if (body !== "running") continue;
    const more = onOwner(judge, boot, shard, bodyToken);
    if (more.length > 0) found = [...(found ?? []), ...more];
  }
  return found ?? none;
}

/** Nobody can ask this life any more: its process died, or its machine sleeps. */
export function observeEnd({ holds, bodies }: Ownership, boot: string, died: boolean): void {
  for (const holders of holds.values()) holders.delete(boot);
  if (died) bodies.delete(boot);
}

/** A service was told by its worker that it may act for a shard (WS1). */
export function observeYes(
  { holds }: Ownership,
  boot: string,
  shard: string,
  realMs: number,
): OwnershipFound {
  const untilMs = holds.get(shard)?.get(boot) ?? Number.NEGATIVE_INFINITY;
  if (untilMs > realMs - roundingMs) return none;
  return [{ invariant: "WS1", sentence: `${boot} was told that it may act for ${shard}, and may not` }];
}

/** A worker has ordered something (WS3). */
export function observeEffect(
  judge: Ownership,
  { settings: { boot } }: Worker,
  effect: WorkerEffect,
  realMs: number,
): OwnershipFound {
  const bodies = judge.bodies.get(boot) ?? new Map<string, "running" | "stopping">();
  judge.bodies.set(boot, bodies);
  switch (effect.kind) {
    case "begin":
      return onBegin(judge, boot, bodies, effect.shard);
    case "stop":
      bodies.set(effect.shard, "stopping");
      return none;
    case "beat":
      return onBeat(judge, boot, bodies, effect.beat, realMs);
    case "left":
      return bodies.size === 0 ? none : [{ invariant: "WS3", sentence: `${boot} left with bodies running` }];
  }
}

function onBegin(
  { counts }: Ownership,
  boot: string,
  bodies: Map<string, "running" | "stopping">,
  shard: string,
): OwnershipFound {
  counts.begun++;
  const isBusy = bodies.has(shard);
  bodies.set(shard, "running");
  if (!isBusy) return none;
  return [{ invariant: "WS3", sentence: `${boot} began ${shard} beside a body that had not returned` }];
}

/** A life may act for a shard, with this token: it is the owner from now on (WS2, WS4). */
function onOwner(
  { tokens, causes, moves }: Ownership,
  boot: string,
  shard: string,
  token: number,
): OwnershipFound {
  const last = tokens.get(shard);
  if (last?.boot === boot && last.token === token) return none;
  tokens.set(shard, { token, boot });
  if (last === undefined) return none;
  const isOther = last.boot !== boot;
  if (token < last.token || (isOther && token === last.token))
    return [
      {
        invariant: "WS2",
        sentence: `${boot} has token ${token} of ${shard} after ${last.boot} had ${last.token}`,
      },
    ];
  if (!isOther) return none;
  const cause = causes.get(`${shard}/${token}`);
  if (cause === undefined)
    return [
      { invariant: "WS4", sentence: `${shard} went from ${last.boot} to ${boot}, and no leader gave it` },
    ];
  moves.set(cause, (moves.get(cause) ?? 0) + 1);
  return none;
}

/** A worker lets go of a shard in what it says: not while its body runs, nor while it drains and the lease is not over (WS3). */
function onBeat(
  { said, holds }: Ownership,
  boot: string,
  bodies: ReadonlyMap<string, "running" | "stopping">,
  { report }: Beat,
  realMs: number,
): OwnershipFound {
  if (report !== null) said.set(boot, new Set(report.held.map(({ shard }) => shard)));
  const held = said.get(boot);
  const early = [...bodies].filter(
    ([shard, body]) =>
      held?.has(shard) !== true &&
      (body === "running" || (holds.get(shard)?.get(boot) ?? 0) > realMs + roundingMs),
  );
  return early.map(([shard]) => ({
    invariant: "WS3",
    sentence: `${boot} let go of ${shard} before its body had returned`,
  }));
}

/** A body has returned. */
export function observeReturn({ bodies }: Ownership, boot: string, shard: string): void {
  bodies.get(boot)?.delete(shard);
}

/** A share of a zone that is silent means that a part of it has failed together, as in Kubernetes. */
const partialShare = 0.55;

/**
 * A leader has told something (WS4, WS5, WS6).
 * @param perSecond how many workers of a zone may be evicted in a second
 */
export function observeLeader(
  { causes, holds, evictions, counts }: Ownership,
  table: LeaseTable,
  event: AssignmentEvent,
  perSecond: number,
  realMs: number,
): OwnershipFound {
  if (event.kind === "claimed") counts.claimed++;
  if (event.kind === "given") {
    counts.given++;
    causes.set(`${event.shard}/${event.token}`, event.cause);
    // Whatever the cause: the life before may not act for it any more.
    const untilMs = holds.get(event.shard)?.get(event.from ?? "") ?? Number.NEGATIVE_INFINITY;
    if (event.from !== event.boot && untilMs > realMs + roundingMs)
      return [
        { invariant: "WS5", sentence: `${event.shard} was taken from ${event.from}, which still holds it` },
      ];
  }
  if (event.kind !== "evicted") return none;
  const worker = table.workers.get(event.boot);
  if (worker === undefined || table.lives.get(worker.id) !== worker.boot) return none;
  const found: OwnershipViolation[] = [];
  if (doubts(table, event.boot))
    found.push({
      invariant: "WS6",
      sentence: `${event.boot} was evicted by a leader that had to doubt itself`,
    });
  const times = evictions.get(worker.report.zone) ?? [];
  evictions.set(worker.report.zone, times);
  times.push(realMs);
  const recent = times.filter((atMs) => atMs > realMs - 1000).length;
  // A table begins with one eviction, and so does the one of the next term.
  if (recent > 2 * Math.ceil(perSecond) + 1)
    found.push({ invariant: "WS6", sentence: `${recent} workers of one zone were evicted in a second` });
  return found;
}

/** Whether every zone that can tell is mostly silent; the worker that was just evicted was silent. */
function doubts({ workers }: LeaseTable, evicted: string): boolean {
  const zones = new Map<string, [total: number, silent: number]>();
  for (const { boot, state, report } of workers.values()) {
    const [total, silent] = zones.get(report.zone) ?? [0, 0];
    zones.set(report.zone, [total + 1, silent + (state === "alive" && boot !== evicted ? 0 : 1)]);
  }
  const telling = [...zones.values()].filter(([total]) => total >= 3);
  return (
    telling.length > 0 &&
    telling.every(([total, silent]) => silent === total || (silent > 2 && silent / total >= partialShare))
  );
}
