import type { DurableRecord } from "../../protocol/index.js";
import type { VoteStore } from "../../runtime/ports.js";
import type { Sampler } from "../kernel/latency.js";
import type { Actor, Timeline } from "../kernel/timeline.js";
import type { ClockOwner } from "./simulated-clock.js";

interface Write {
  readonly record: DurableRecord;
  readonly callback: (error: Error | null) => void;
}

/** One node's disk: what is on it survives a crash. Writes are done one after the other. */
export class SimulatedDisk implements VoteStore, Actor {
  /** What a process that starts now would read. */
  record: DurableRecord;
  private readonly timeline: Timeline;
  private readonly writeMs: Sampler;
  private owner: ClockOwner | null = null;
  private readonly writes: Write[] = [];
  private life = 0;
  private stalled = false;
  private waiting = false;
  private error: Error | null = null;

  constructor(timeline: Timeline, record: DurableRecord, writeMs: Sampler) {
    this.timeline = timeline;
    this.record = record;
    this.writeMs = writeMs;
  }

  /** The process that writes from now on. */
  serve(owner: ClockOwner): void {
    this.owner = owner;
  }

  open(callback: (error: Error | null, record: DurableRecord | null) => void): void {
    callback(null, this.record);
  }

  write(record: DurableRecord, callback: (error: Error | null) => void): void {
    this.writes.push({ record, callback });
    if (this.writes.length === 1) this.begin();
  }

  close(callback: () => void): void {
    callback();
  }

  /** True while writes end, and end well. */
  get healthy(): boolean {
    return !this.stalled && this.error === null;
  }

  /** Writes end only once `setStalled(false)` is called. */
  setStalled(stalled: boolean): void {
    this.stalled = stalled;
    if (stalled || !this.waiting) return;
    this.waiting = false;
    this.timeline.schedule(this.timeline.nowMs, this, this.life, null);
  }

  /** Each write ends with this error, or, with null, well again. */
  setFailing(error: Error | null): void {
    this.error = error;
  }

  /** The process died: writes under way are lost, or (a disk that ran ahead) all done. */
  forget(lost: boolean): void {
    const last = this.writes.at(-1);
    if (!lost && last !== undefined) this.record = last.record;
    this.writes.length = 0;
    this.life++;
    this.waiting = false;
  }

  private begin(): void {
    const tookMs = this.writeMs();
    this.timeline.schedule(this.timeline.nowMs + Math.max(tookMs, 0), this, this.life, null);
  }

  happen(code: number): void {
    if (code !== this.life) return;
    if (this.stalled) {
      this.waiting = true;
      return;
    }
    const write = this.writes.shift();
    if (write === undefined) return;
    const { error, owner } = this;
    if (error === null) this.record = write.record;
    if (this.writes.length > 0) this.begin();
    if (owner?.paused) owner.defer("poll", () => this.tell(write, error));
    else this.tell(write, error);
  }

  private tell(write: Write, error: Error | null): void {
    write.callback(error);
    this.owner?.onSettled();
  }
}
