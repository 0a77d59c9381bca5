/** Something that events happen to. */
export interface Actor {
  /**
   * The time of an event has come.
   * @param code and @param payload are what was scheduled
   */
  happen(code: number, payload: unknown): void;
}

/**
 * Simulated time and what is due in it: a four-ary heap over typed arrays, ordered by time and then by the order of scheduling, so
 * that two runs never differ. Scheduling allocates nothing once the arrays have grown to the largest number of events at a time.
 */
export class Timeline {
  /** Milliseconds of true time since the beginning. */
  nowMs = 0;
  private length = 0;
  private sequence = 0;
  /** The heap: which slot holds an event, and when it is due. */
  private slots = new Int32Array(initialCapacity);
  private dueMs = new Float64Array(initialCapacity);
  // What is known of an event, by its slot.
  private order = new Float64Array(initialCapacity);
  private codes = new Float64Array(initialCapacity);
  private readonly actors: (Actor | null)[] = new Array<Actor | null>(initialCapacity).fill(null);
  private readonly payloads: unknown[] = new Array(initialCapacity).fill(null);
  private readonly free: number[] = [];

  constructor() {
    for (let slot = initialCapacity - 1; slot >= 0; slot--) this.free.push(slot);
  }

  /** The number of events that are due some time. */
  get size(): number {
    return this.length;
  }

  /** Has `actor` told at `atMs`, or now if that is past. */
  schedule(atMs: number, actor: Actor, code: number, payload: unknown): void {
    if (this.free.length === 0) this.grow();
    const slot = this.free.pop() as number;
    this.order[slot] = this.sequence++;
    this.codes[slot] = code;
    this.actors[slot] = actor;
    this.payloads[slot] = payload;
    this.siftUp(this.length++, slot, Math.max(atMs, this.nowMs));
  }

  /** When the next event is due; infinity if none is. */
  nextMs(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : (this.dueMs[0] as number);
  }

  /** Takes the next event and has it happen; there must be one. */
  step(): void {
    const slot = this.slots[0] as number;
    this.nowMs = this.dueMs[0] as number;
    const actor = this.actors[slot] as Actor;
    const payload = this.payloads[slot];
    const code = this.codes[slot] as number;
    // A payload must not outlive its event: what it holds on to would look like a leak.
    this.payloads[slot] = null;
    this.free.push(slot);
    const last = --this.length;
    if (last > 0) this.siftDown(this.slots[last] as number, this.dueMs[last] as number);
    actor.happen(code, payload);
  }

  /** Passes time up to `untilMs`, with all that is due until then. */
  runUntil(untilMs: number): void {
    while (this.length > 0 && (this.dueMs[0] as number) <= untilMs) this.step();
    if (untilMs > this.nowMs) this.nowMs = untilMs;
  }

  private siftUp(from: number, slot: number, slotMs: number): void {
    const { slots, dueMs } = this;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentMs = dueMs[parent] as number;
      // What is scheduled now comes after all that is due at the same time.
      if (parentMs <= slotMs) break;
      slots[hole] = slots[parent] as number;
      dueMs[hole] = parentMs;
      hole = parent;
    }
    slots[hole] = slot;
    dueMs[hole] = slotMs;
  }

  private siftDown(slot: number, slotMs: number): void {
    const { slots, dueMs, order, length } = this;
    let hole = 0;
    for (let first = 1; first < length; first = 4 * hole + 1) {
      const end = Math.min(first + 4, length);
      let least = first;
      let leastMs = dueMs[first] as number;
      for (let index = first + 1; index < end; index++) {
        const otherMs = dueMs[index] as number;
        if (otherMs > leastMs) continue;
        if (otherMs === leastMs && isBefore(order, slots[least] as number, slots[index] as number)) continue;
        least = index;
        leastMs = otherMs;
      }
      if (leastMs > slotMs) break;
      const child = slots[least] as number;
      if (leastMs === slotMs && isBefore(order, slot, child)) break;
      slots[hole] = child;
      dueMs[hole] = leastMs;
      hole = least;
    }
    slots[hole] = slot;
    dueMs[hole] = slotMs;
  }

  private grow(): void {
    const capacity = this.slots.length;
    this.slots = grown(this.slots, new Int32Array(2 * capacity));
    this.dueMs = grown(this.dueMs, new Float64Array(2 * capacity));
    this.order = grown(this.order, new Float64Array(2 * capacity));
    this.codes = grown(this.codes, new Float64Array(2 * capacity));
    for (let slot = 2 * capacity - 1; slot >= capacity; slot--) this.free.push(slot);
    for (let slot = capacity; slot < 2 * capacity; slot++) {
      this.actors.push(null);
      this.payloads.push(null);
    }
  }
}

const initialCapacity = 64;

function isBefore(order: Float64Array, slot: number, other: number): boolean {
  return (order[slot] as number) < (order[other] as number);
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
