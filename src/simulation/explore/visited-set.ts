/**
 * A set of 64-bit keys, each two words, in eight bytes of memory and some air (open addressing). Two states that share a key by
 * chance would pass for one: among ten million that happens once in a few hundred thousand searches.
 */
export class VisitedSet {
  size = 0;
  private slots = new Uint32Array(2 * 2 ** 16);

  /** Adds a key; false if it was there already. */
  add(high: number, low: number): boolean {
    if (4 * this.size >= this.slots.length) this.grow();
    if (!insert(this.slots, high, low)) return false;
    this.size++;
    return true;
  }

  private grow(): void {
    const larger = new Uint32Array(2 * this.slots.length);
    for (let at = 0; at < this.slots.length; at += 2) {
      const [high, low] = [this.slots[at] as number, this.slots[at + 1] as number];
      if (high !== 0 || low !== 0) insert(larger, high, low);
    }
    this.slots = larger;
  }
}

/** The empty slot is the key 0, which therefore is kept as 1. */
function insert(slots: Uint32Array, high: number, low: number): boolean {
  const kept = high === 0 && low === 0 ? 1 : low;
  const mask = slots.length - 1;
  for (let at = (2 * (high ^ Math.imul(kept, 0x9e3779b1))) & mask; ; at = (at + 2) & mask) {
    const [h, l] = [slots[at] as number, slots[at + 1] as number];
    if (h === 0 && l === 0) {
      slots[at] = high;
      slots[at + 1] = kept;
      return true;
    }
    if (h === high >>> 0 && l === kept >>> 0) return false;
  }
}
