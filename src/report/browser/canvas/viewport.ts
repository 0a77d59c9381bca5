/** Which part of a run is in view. */
export class Viewport {
  fromMs: number;
  untilMs: number;
  private readonly endMs: number;
  /** Nobody needs to tell less than a microsecond apart. */
  private readonly leastMs = 0.05;

  /** @param endMs the run lasts from 0 to here */
  constructor(endMs: number) {
    this.endMs = Math.max(endMs, this.leastMs);
    this.fromMs = 0;
    this.untilMs = this.endMs;
  }

  get lengthMs(): number {
    return this.untilMs - this.fromMs;
  }

  /** Shows from here to there, as far as the run goes. */
  show(fromMs: number, untilMs: number): void {
    const lengthMs = Math.min(Math.max(untilMs - fromMs, this.leastMs), this.endMs);
    this.fromMs = Math.min(Math.max(fromMs, 0), this.endMs - lengthMs);
    this.untilMs = this.fromMs + lengthMs;
  }

  /** Shows `factor` times as much, with `aboutMs` where it is. */
  zoom(factor: number, aboutMs: number): void {
    const lengthMs = Math.min(Math.max(this.lengthMs * factor, this.leastMs), this.endMs);
    const share = (aboutMs - this.fromMs) / this.lengthMs;
    const fromMs = aboutMs - share * lengthMs;
    this.show(fromMs, fromMs + lengthMs);
  }

  pan(byMs: number): void {
    this.show(this.fromMs + byMs, this.untilMs + byMs);
  }

  /** Brings an instant into view, if it is not. */
  follow(atMs: number): void {
    if (atMs >= this.fromMs && atMs <= this.untilMs) return;
    const { lengthMs } = this;
    const fromMs = atMs > this.untilMs ? atMs - lengthMs * 0.2 : atMs - lengthMs * 0.8;
    this.show(fromMs, fromMs + lengthMs);
  }
}
