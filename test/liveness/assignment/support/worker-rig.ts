import type { WorkerEffect, WorkerInput } from "../../../../src/liveness/assignment/worker/worker.js";
import type { Worker } from "../../../../src/liveness/assignment/worker/worker-state.js";
import type { Beat, HeldShard } from "../../../../src/liveness/assignment/worker-message.js";
import type { Rules } from "./play.js";

/** A worker on a time of its own, which beats every 300 ms; d is 0.05. */
export class WorkerRig {
  nowMs = 0;
  readonly worker: Worker;
  readonly beats: { readonly atMs: number; readonly beat: Beat }[] = [];
  /** What was ordered besides beats, with its time. */
  readonly story: string[] = [];
  private readonly rules: Rules;
  private readonly core: ReturnType<Rules["workerCore"]>;

  constructor(rules: Rules) {
    this.rules = rules;
    const settings = { id: "w", boot: "w.1", beatIntervalMs: 300, clockDriftRatio: 0.05 };
    this.worker = rules.createWorker({ ...settings, zone: "", capacity: 1, maxShards: 100 }, 0.5, 0);
    this.core = rules.workerCore(this.worker);
    this.tell({ kind: "timer" });
  }

  tell(input: WorkerInput): WorkerEffect[] {
    const effects: WorkerEffect[] = [];
    this.core.step(input, this.nowMs, effects);
    for (const effect of effects)
      if (effect.kind === "beat") this.beats.push({ atMs: this.nowMs, beat: effect.beat });
      else if (effect.kind === "left") this.story.push(`left ${this.nowMs}`);
      else if (effect.kind === "begin")
        this.story.push(`begin ${effect.shard} with ${effect.token} ${this.nowMs}`);
      else this.story.push(`stop ${effect.shard} ${effect.reason} ${Math.round(this.nowMs)}`);
    return effects;
  }

  until(atMs: number): this {
    for (let steps = 0; steps < 10_000; steps++) {
      const dueMs = Math.max(this.nowMs, this.core.timerAtMs());
      if (dueMs > atMs) break;
      this.nowMs = dueMs;
      this.tell({ kind: "timer" });
    }
    this.nowMs = atMs;
    return this;
  }

  /** Is told the term, and has beaten in it. */
  in(term: number): this {
    this.tell({ kind: "welcome", term });
    return this.until(this.nowMs + 20);
  }

  /** A grant; for the last beat, where no other is named. */
  grant(
    version: number,
    shards: readonly HeldShard[] | null,
    more: { seq?: number; term?: number } = {},
  ): this {
    const { seq = this.last.beat.seq, term = this.worker.term } = more;
    this.tell({ kind: "grant", grant: { term, seq, version, leaseMs: 1000, shards, superseded: false } });
    return this;
  }

  get last(): { readonly atMs: number; readonly beat: Beat } {
    const last = this.beats.at(-1);
    if (last === undefined) throw new Error("it has not beaten");
    return last;
  }

  /** Beats once more, if it has news, and gives what it says that it holds. */
  held(): string[] {
    const report = this.beats.findLast(({ beat }) => beat.report !== null)?.beat.report;
    return (report?.held ?? []).map(({ shard }) => shard);
  }

  isValid(shard: string): boolean {
    return this.rules.isValid(this.worker, shard, this.nowMs);
  }

  leaseUntilMs(shard: string): number {
    return this.rules.leaseUntilMs(this.worker, shard);
  }
}

/** What a lease of 1000 ms is worth from when its beat was sent, with d 0.05. */
export const sureMs = (1000 * 0.95) / 1.05;
