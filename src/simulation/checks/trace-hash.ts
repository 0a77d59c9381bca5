/** Sums up happenings in a hash that tells two runs apart. */
export class TraceHash {
  private high = 0x9e3779b9 | 0;
  private low = 0x7f4a7c15 | 0;
  private readonly float = new Float64Array(1);
  private readonly words = new Int32Array(this.float.buffer);

  /** 16 hexadecimal digits: the same for two runs iff the same was mixed in, in the same order. */
  get text(): string {
    const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
    return hex(this.high) + hex(this.low);
  }

  /** Mixes in a happening: when, who with what, and one number more. */
  mix(nowMs: number, who: number, detail: number): void {
    this.float[0] = nowMs;
    const low = Math.imul(this.low ^ (this.words[0] as number) ^ who, 0x85ebca6b);
    const high = Math.imul(this.high ^ (this.words[1] as number) ^ detail, 0xc2b2ae35);
    this.low = (low << 13) ^ (low >>> 19) ^ high;
    this.high = (high << 7) ^ (high >>> 25) ^ low;
  }
}
