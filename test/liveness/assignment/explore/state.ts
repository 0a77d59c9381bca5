import type { AssignerInput } from "../../../../src/liveness/assignment/leader/assigner.js";
import type { Assigner } from "../../../../src/liveness/assignment/leader/assigner-state.js";
import type { Worker } from "../../../../src/liveness/assignment/worker/worker-state.js";
import type { Beat, Grant } from "../../../../src/liveness/assignment/worker-message.js";
import type { Rules } from "../support/play.js";

/** How often what may happen; within these bounds a search leaves nothing out. */
export interface Bounds {
  /** Half leases that pass. */
  readonly ticks: number;
  readonly beats: number;
  /** Leads that begin, in a new term or again in the last one. */
  readonly leads: number;
  readonly crashes: number;
  /** Orders to drain the first worker. */
  readonly drains: number;
  /** Steps of a node that is held up between the reading of its clock and the rest. */
  readonly stalls: number;
  /** Deliveries that leave a copy under way. A message that stays under way for ever is lost. */
  readonly duplicates: number;
  /** Machines of workers that go to sleep, for one tick or more. */
  readonly sleeps: number;
}

export type Spent = { readonly [What in keyof Bounds]: number };

/** Something under way. */
export type Message =
  | {
      readonly kind: "beat";
      readonly to: number;
      readonly id: string;
      readonly boot: string;
      readonly beat: Beat;
    }
  | { readonly kind: "grant"; readonly boot: string; readonly grant: Grant }
  | { readonly kind: "welcome"; readonly boot: string; readonly term: number };

/** A life of a worker, and for how long its machine has slept. */
export interface Life {
  readonly worker: Worker;
  readonly sleptMs: number;
  readonly asleep: boolean;
}

/** All there is at one moment. Nothing in it is ever changed. */
export interface State {
  readonly nowMs: number;
  /** Which node leads in which term; null while none does. */
  readonly lead: { readonly node: number; readonly term: number } | null;
  readonly lastLead: { readonly node: number; readonly term: number };
  readonly nodes: readonly Assigner[];
  readonly lives: readonly Life[];
  readonly flight: readonly Message[];
  /** A node that has read its clock and taken an input, and has not acted yet. */
  readonly stalled: { readonly node: number; readonly input: AssignerInput; readonly nowMs: number } | null;
  /** The last life that could act for the shard, and its token. */
  readonly owner: { readonly boot: string; readonly token: number } | null;
  readonly spent: Spent;
}

export const leaseMs = 1000;
export const tickMs = leaseMs / 2;
export const shard = "0";

/** Nothing has happened yet: the first node leads, the first worker holds the shard, and the second is known. */
export function heldByTheFirst(rules: Rules): State {
  const settings = rules.resolveAssignment({
    shards: [shard],
    beatIntervalMs: 300,
    leaseMs,
    retryMs: 0,
    forgetAfterMs: 0,
    movesAtOnce: 0,
    evictionsPerSecond: 1e6,
  });
  const nodes = [rules.createAssigner(settings), rules.createAssigner(settings)];
  const [first] = nodes as [Assigner, Assigner];
  let nowMs = 0;
  const lives = ["a", "b"].map((id) => ({ worker: newWorker(rules, id, 1), sleptMs: 0, asleep: false }));
  const core = rules.assignerCore(first, () => 1);
  const exchange = (life: Life): void => {
    for (const beat of beatOf(rules, life.worker, nowMs)) {
      const effects: Parameters<typeof core.step>[2] = [];
      const { id, boot } = life.worker.settings;
      core.step({ kind: "beat", from: { id, boot }, beat }, nowMs, effects);
      for (const effect of effects)
        if (effect.kind === "welcome")
          rules.stepWorker(life.worker, { kind: "welcome", term: effect.term }, nowMs, []);
        else if (effect.kind === "grant")
          rules.stepWorker(life.worker, { kind: "grant", grant: effect.grant }, nowMs, []);
    }
  };
  core.step({ kind: "leadership" }, nowMs, []);
  core.step({ kind: "timer" }, nowMs, []);
  nowMs = leaseMs;
  core.step({ kind: "timer" }, nowMs, []);
  for (let rounds = 0; rounds < 4; rounds++) for (const life of lives) exchange(life);
  return {
    nowMs,
    lead: { node: 0, term: 1 },
    lastLead: { node: 0, term: 1 },
    nodes,
    lives,
    flight: [],
    stalled: null,
    owner: null,
    spent: { ticks: 0, beats: 0, leads: 0, crashes: 0, drains: 0, stalls: 0, duplicates: 0, sleeps: 0 },
  };
}

/**
 * The same, and the lead has gone to the second node, whose grace period begins. Both workers know its term; a beat of the first worker from before is
 * still under way.
 */
export function heldAsTheLeadChanges(rules: Rules): State {
  const before = heldByTheFirst(rules);
  const { nowMs } = before;
  const second = before.nodes[1] as Assigner;
  const core = rules.assignerCore(second, () => 2);
  core.step({ kind: "leadership" }, nowMs, []);
  core.step({ kind: "timer" }, nowMs, []);
  const [a] = before.lives as [Life, Life];
  const [late] = beatOf(rules, a.worker, nowMs);
  for (const { worker } of before.lives) rules.stepWorker(worker, { kind: "welcome", term: 2 }, nowMs, []);
  const lead = { node: 1, term: 2 };
  const { id, boot } = a.worker.settings;
  const flight: Message[] = late === undefined ? [] : [{ kind: "beat", to: 1, id, boot, beat: late }];
  return { ...before, lead, lastLead: lead, flight };
}

/** A worker that beats only when it is told to. */
export function newWorker(rules: Rules, id: string, life: number): Worker {
  const settings = { id, boot: `${id}${life}`, beatIntervalMs: 1e9, clockDriftRatio: 0 };
  const worker = rules.createWorker({ ...settings, zone: "", capacity: 1, maxShards: 9 }, 0.5, 0);
  worker.pulse.sentSlot = 1;
  return worker;
}

/** Has a worker beat now. */
export function beatOf(rules: Rules, worker: Worker, nowMs: number): Beat[] {
  worker.hasNews = true;
  worker.lastSentMs = Number.NEGATIVE_INFINITY;
  const effects: Parameters<Rules["stepWorker"]>[3] = [];
  rules.stepWorker(worker, { kind: "timer" }, nowMs, effects);
  return effects.flatMap((effect) => (effect.kind === "beat" ? [effect.beat] : []));
}

/** What the clock of a worker shows. */
export function clockOf({ nowMs }: State, { sleptMs }: Life): number {
  return nowMs - sleptMs;
}
