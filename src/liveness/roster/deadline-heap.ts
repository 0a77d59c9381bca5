/**
 * The deadlines of any number of peers, and the earliest of them. A beat moves a deadline to later, and that writes one number: the heap goes on by the old
 * key, and puts a peer where it belongs only when its key has come. So a peer that beats n times within its window is moved once, not n times.
 */
export class DeadlineHeap {
  private size = 0;
  /** Peers, as a binary heap by key. */
  private heap = new Int32Array(0);
  /** Where in the heap a peer is, plus 1; 0 for one without a deadline. */
  private place = new Int32Array(0);
  /** What the heap is ordered by: never later than the deadline. */
  private key = new Float64Array(0);
  private deadline = new Float64Array(0);

  /** Makes room for the peers 0 to `count - 1`. */
  reserve(count: number): void {
    if (count <= this.heap.length) return;
    this.heap = grown(this.heap, new Int32Array(count));
    this.place = grown(this.place, new Int32Array(count));
    this.key = grown(this.key, new Float64Array(count));
    this.deadline = grown(this.deadline, new Float64Array(count));
  }

  /** Sets the deadline of a peer. */
  set(peer: number, deadlineMs: number): void {
    this.deadline[peer] = deadlineMs;
    const place = this.place[peer] as number;
    if (place !== 0 && deadlineMs >= (this.key[peer] as number)) return;
    this.key[peer] = deadlineMs;
    if (place === 0) this.put(++this.size, peer);
    this.rise(this.place[peer] as number);
  }

  /** Takes the deadline of a peer away, if it has one. */
  remove(peer: number): void {
    const place = this.place[peer] as number;
    if (place === 0) return;
    this.place[peer] = 0;
    const last = this.heap[this.size - 1] as number;
    this.size--;
    if (last === peer) return;
    this.put(place, last);
    this.sink(this.rise(place));
  }

  /** The deadline of a peer; infinite for one that has none. */
  of(peer: number): number {
    return this.place[peer] === 0 ? Number.POSITIVE_INFINITY : (this.deadline[peer] as number);
  }

  /** No deadline is earlier; infinite where there is none. */
  earliestMs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.key[this.heap[0] as number] as number);
  }

  /** Takes out a peer whose deadline is not after `nowMs`; -1 if there is none. */
  takeDue(nowMs: number): number {
    while (this.size > 0) {
      const peer = this.heap[0] as number;
      if (nowMs < (this.key[peer] as number)) return -1;
      const deadlineMs = this.deadline[peer] as number;
      if (!(nowMs < deadlineMs)) {
        this.remove(peer);
        return peer;
      }
      this.key[peer] = deadlineMs;
      this.sink(1);
    }
    return -1;
  }

  private put(place: number, peer: number): void {
    this.heap[place - 1] = peer;
    this.place[peer] = place;
  }

  private keyAt(place: number): number {
    return this.key[this.heap[place - 1] as number] as number;
  }

  private rise(from: number): number {
    const peer = this.heap[from - 1] as number;
    const key = this.key[peer] as number;
    let place = from;
    for (let above = place >> 1; above > 0 && key < this.keyAt(above); above >>= 1) {
      this.put(place, this.heap[above - 1] as number);
      place = above;
    }
    this.put(place, peer);
    return place;
  }

  private sink(from: number): void {
    const peer = this.heap[from - 1] as number;
    const key = this.key[peer] as number;
    let place = from;
    for (;;) {
      let below = place * 2;
      if (below > this.size) break;
      if (below < this.size && this.keyAt(below + 1) < this.keyAt(below)) below++;
      if (!(this.keyAt(below) < key)) break;
      this.put(place, this.heap[below - 1] as number);
      place = below;
    }
    this.put(place, peer);
  }
}

/** The numbers of `from`, in `to`. */
export function grown<Numbers extends Int32Array | Float64Array | Uint8Array | Uint16Array>(
  from: Numbers,
  to: Numbers,
): Numbers {
  to.set(from);
  return to;
}
