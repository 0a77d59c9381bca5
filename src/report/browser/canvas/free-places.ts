import type { Segment } from "./draw-messages.js";

/** Which pixels along a strip through each lane are free of marks, so that a label can be put where it hides none. */
export class FreePlaces {
  private readonly taken: readonly Uint8Array[];
  private readonly middles: readonly number[];
  private readonly halfPx: number;

  /**
   * @param middles where the strips lie, one a lane, from the top down
   * @param halfPx half of the height of a strip
   */
  constructor(middles: readonly number[], widthPx: number, halfPx: number) {
    this.middles = middles;
    this.halfPx = halfPx;
    this.taken = middles.map(() => new Uint8Array(Math.ceil(widthPx) + 1));
  }

  /** Takes what a line crosses of each strip, and `padPx` on either side. */
  take({ x1, y1, x2, y2 }: Segment, padPx: number): void {
    const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)];
    for (const [lane, middle] of this.middles.entries()) {
      const from = Math.max(top, middle - this.halfPx);
      const until = Math.min(bottom, middle + this.halfPx);
      if (from > until) continue;
      const xAt = (y: number) => (y2 === y1 ? x1 : x1 + ((y - y1) * (x2 - x1)) / (y2 - y1));
      const ends = y2 === y1 ? [x1, x2] : [xAt(from), xAt(until)];
      const first = Math.max(0, Math.floor(Math.min(...ends) - padPx));
      (this.taken[lane] as Uint8Array).fill(
        1,
        first,
        Math.max(first, Math.ceil(Math.max(...ends) + padPx) + 1),
      );
    }
  }

  /** The leftmost place for a label so wide between two ends, which then is taken; null where there is none. */
  put(lane: number, fromPx: number, untilPx: number, widthPx: number): number | null {
    const taken = this.taken[lane] as Uint8Array;
    let start = Math.max(0, Math.ceil(fromPx));
    for (let x = start; x <= Math.min(untilPx, taken.length - 1); x++) {
      if (taken[x] === 1) start = x + 1;
      else if (x - start + 1 >= widthPx) {
        taken.fill(1, start, x + 1);
        return start;
      }
    }
    return null;
  }
}
