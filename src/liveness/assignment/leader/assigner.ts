import type { AssignmentEvent } from "../assignment-event.js";
import type { Beat, Grant, WorkerName } from "../worker-message.js";
import type { Assigner } from "./assigner-state.js";
import { letGo, takeBeat } from "./beat-taking.js";
import { assignmentOf, createLeaseTable, type LeaseTable, type WorkerRecord } from "./lease-table.js";
import { evenOut, place } from "./placement.js";
import { revokeAll } from "./shard-ownership.js";
import { isSuperseded } from "./worker-list.js";
import { nextChangeMs, onTime } from "./worker-silence.js";
import { judgeZones } from "./worker-zones.js";

/** What the leader's side is told. */
export type AssignerInput =
  | { readonly kind: "beat"; readonly from: WorkerName; readonly beat: Beat }
  /** This node has begun to lead, or has lost the lead: the step looks. */
  | { readonly kind: "leadership" }
  /** A worker is to lose its shards and be given none, or that ends. */
  | { readonly kind: "drain"; readonly id: string; readonly draining: boolean }
  | { readonly kind: "timer" }
  | { readonly kind: "attentive"; readonly jumped: boolean };

/** What the leader's side orders. */
export type AssignerEffect =
  | { readonly kind: "grant"; readonly to: WorkerName; readonly grant: Grant }
  /** A worker is told the term: its beat named another one, or this leader knows nothing of it. */
  | { readonly kind: "welcome"; readonly to: WorkerName; readonly term: number }
  | { readonly kind: "tell"; readonly event: AssignmentEvent };

/**
 * The rules of a leader that assigns shards, as a function: changes the assigner, and adds to `effects` what is to be done. No clock, no chance.
 * @param leads the term in which this node holds the lead, or null; asked after the clock was read (W1)
 * @param nowMs the clock of this node, read before anything was asked; all of the step is judged at this instant
 */
export function stepAssigner(
  assigner: Assigner,
  input: AssignerInput,
  leads: number | null,
  nowMs: number,
  effects: AssignerEffect[],
): void {
  if (input.kind === "drain") setDraining(assigner, input.id, input.draining);
  if (leads === null) {
    assigner.foundTerm = null;
    if (assigner.table !== null) assigner.table.led = false;
    return;
  }
  const tell = (event: AssignmentEvent): void => void effects.push({ kind: "tell", event });
  const table = tableOf(assigner, leads, nowMs);
  if (table === null) return;
  // Nothing was taken while it did not lead, so no silence of that time counts.
  if (!table.led || input.kind === "attentive") table.attentiveSinceMs = nowMs;
  table.led = true;
  onTime(assigner, table, nowMs, tell);
  if (input.kind === "beat") {
    const { from, beat } = input;
    if (takeBeat(assigner, table, from, beat, nowMs, tell) === "unknown")
      effects.push({ kind: "welcome", to: from, term: table.term });
    judgeZones(table, nowMs, tell);
  } else if (input.kind === "drain" && input.draining)
    for (const worker of table.workers.values())
      if (worker.id === input.id) revokeAll(table, worker, "drained", tell);
  place(assigner, table, nowMs, tell);
  evenOut(assigner, table, nowMs, tell);
  grantAll(assigner, table, nowMs, effects);
}

/**
 * The table of this term: the one there is, also after a lapse of the lead within the term, or a new one (W2). The lead may have begun between the reading
 * of the clock and the question; so the first step that finds it makes no table, and the next one, whose clock was read later, does.
 */
function tableOf(assigner: Assigner, term: number, nowMs: number): LeaseTable | null {
  if (assigner.table?.term === term) return assigner.table;
  assigner.table =
    assigner.foundTerm === term ? createLeaseTable(term, assigner.settings.graceMs, nowMs) : null;
  assigner.foundTerm = term;
  return assigner.table;
}

function setDraining(assigner: Assigner, id: string, draining: boolean): void {
  if (draining) assigner.draining.add(id);
  else assigner.draining.delete(id);
  if (assigner.table === null) return;
  assigner.table.unsettled = true;
  assigner.table.uneven = true;
}

/** Answers the beat of this step, and pushes what has changed to the workers whose promise still runs (W4). */
function grantAll(assigner: Assigner, table: LeaseTable, nowMs: number, effects: AssignerEffect[]): void {
  const tell = (event: AssignmentEvent): void => void effects.push({ kind: "tell", event });
  for (const worker of [...table.toGrant]) {
    if (nowMs < worker.promisedUntilMs)
      effects.push({
        kind: "grant",
        to: { id: worker.id, boot: worker.boot },
        grant: grantFor(assigner, table, worker),
      });
    letGo(assigner, table, worker, nowMs, tell);
  }
  table.toGrant.clear();
}

function grantFor({ settings }: Assigner, table: LeaseTable, worker: WorkerRecord): Grant {
  return {
    term: table.term,
    seq: worker.seq,
    version: worker.version,
    leaseMs: settings.leaseMs,
    shards: worker.seen === worker.version ? null : assignmentOf(table, worker),
    superseded: isSuperseded(table, worker),
  };
}

/** When the assigner has something to do, if nothing arrives; infinite for never, as while it does not lead. */
export function assignerTimerAtMs(assigner: Assigner, nowMs: number): number {
  const { table, foundTerm } = assigner;
  if (table === null && foundTerm !== null) return nowMs;
  return table?.led ? nextChangeMs(assigner, table, nowMs) : Number.POSITIVE_INFINITY;
}

/**
 * The leader's side as a core for `createEngine`, which reads the clock before it calls.
 * @param leads the term in which this node holds the lead at the moment of asking, or null
 */
export function assignerCore(assigner: Assigner, leads: () => number | null) {
  return {
    step: (input: AssignerInput, nowMs: number, effects: AssignerEffect[]): void =>
      stepAssigner(assigner, input, leads(), nowMs, effects),
    timerAtMs: (nowMs: number): number => assignerTimerAtMs(assigner, nowMs),
  };
}
