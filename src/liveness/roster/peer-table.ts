import { grown } from "./deadline-heap.js";
import type { PeerStatus } from "./liveness-event.js";
import type { Trouble } from "./trouble.js";

/** Every status, by its number in `Peers.status`. */
export const statuses: readonly PeerStatus[] = ["unknown", "alive", "suspect", "dead", "left"];
export const unknown = 0;
export const alive = 1;
export const suspect = 2;
export const dead = 3;
export const left = 4;

/** So many peers share one piece of memory, so that a new peer copies nobody's. */
const pageSize = 256;

/**
 * What is remembered of the peers, each under its index: columns of numbers instead of objects, since an object of a dozen fields takes more memory than all
 * of a peer here. Indexes of forgotten peers are used again.
 */
export class Peers {
  readonly indexes = new Map<string, number>();
  ids: string[] = [];
  boots: string[] = [];
  status = new Uint8Array(0);
  zone = new Uint16Array(0);
  /** The pace at which it beats. */
  pace = new Uint8Array(0);
  /** 1 for a peer that `troubles` has something of. */
  troubled = new Uint8Array(0);
  readonly troubles = new Map<number, Trouble>();
  private readonly pages: Float64Array[] = [];
  private readonly free: number[] = [];
  private readonly width: number;

  /** @param width how many numbers the detector remembers of a peer */
  constructor(width: number) {
    this.width = width;
  }

  /** How many peers there are. */
  get count(): number {
    return this.indexes.size;
  }

  /** How many indexes there is room for. */
  get capacity(): number {
    return this.status.length;
  }

  /** Adds a peer. */
  add(id: string, zone: number, pace: number): number {
    const peer = this.free.pop() ?? this.ids.length;
    if (peer >= this.capacity) this.grow();
    if (peer >= this.pages.length * pageSize) this.pages.push(new Float64Array(pageSize * this.width));
    this.ids[peer] = id;
    this.boots[peer] = "";
    this.status[peer] = unknown;
    this.zone[peer] = zone;
    this.pace[peer] = pace;
    this.troubled[peer] = 0;
    this.indexes.set(id, peer);
    return peer;
  }

  /** Forgets a peer. */
  remove(peer: number): void {
    this.indexes.delete(this.ids[peer] as string);
    this.troubles.delete(peer);
    this.ids[peer] = "";
    this.boots[peer] = "";
    this.free.push(peer);
  }

  /** The memory that has the numbers of a peer from `at(peer)` on. */
  memory(peer: number): Float64Array {
    return this.pages[Math.floor(peer / pageSize)] as Float64Array;
  }

  /** Where in its memory the numbers of a peer begin. */
  at(peer: number): number {
    return (peer % pageSize) * this.width;
  }

  private grow(): void {
    const capacity =
      this.capacity < 4 * pageSize ? this.capacity + pageSize : Math.ceil(this.capacity * 1.25);
    this.status = grown(this.status, new Uint8Array(capacity));
    this.zone = grown(this.zone, new Uint16Array(capacity));
    this.pace = grown(this.pace, new Uint8Array(capacity));
    this.troubled = grown(this.troubled, new Uint8Array(capacity));
  }
}
