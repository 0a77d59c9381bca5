/**
 * Chitchat's failure detector (quickwit-oss/chitchat, failure_detector.rs), to show where ours differs: phi is the silence in mean intervals, without the
 * logarithm; the mean leans on a prior as if it had been seen five times; longer intervals are left out; a node with fewer than two beats is dead.
 */
export class ChitchatDetector {
  private readonly intervals: number[] = [];
  private readonly settings: { readonly size: number; readonly longestMs: number; readonly priorMs: number };
  private lastMs: number | null = null;

  constructor(settings: { readonly size: number; readonly longestMs: number; readonly priorMs: number }) {
    this.settings = settings;
  }

  beat(nowMs: number): void {
    const { size, longestMs } = this.settings;
    if (this.lastMs !== null && nowMs - this.lastMs <= longestMs) this.intervals.push(nowMs - this.lastMs);
    if (this.intervals.length > size) this.intervals.shift();
    this.lastMs = nowMs;
  }

  phi(nowMs: number): number | null {
    if (this.lastMs === null || this.intervals.length === 0) return null;
    const sum = this.intervals.reduce((total, interval) => total + interval, 0);
    return (nowMs - this.lastMs) / ((sum + 5 * this.settings.priorMs) / (this.intervals.length + 5));
  }

  isLive(nowMs: number): boolean {
    const phi = this.phi(nowMs);
    return phi !== null && phi <= 8;
  }

  /** What it does to a node that it finds dead: the last beat is kept. */
  clear(): void {
    this.intervals.length = 0;
  }
}
