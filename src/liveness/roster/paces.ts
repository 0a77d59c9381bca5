import type { Detector } from "../detection/detector.js";

/** Senders may beat so many times as often, or as rarely, as the monitor expects. */
const mostTimes = 10;

/** And at so many different intervals at once: so each sender remembers a small number, and no detector of its own. */
const mostPaces = 32;

/** Which pace each of the peers has. */
interface PacedPeers {
  readonly indexes: ReadonlyMap<string, number>;
  readonly pace: Uint8Array;
}

/** The paces at which senders beat: the monitor's own, and those that senders name (R9). Each has a detector, which judges all of its senders. */
export class Paces {
  /** By pace; the first is the monitor's own. */
  readonly detectors: Detector[];

  constructor(own: Detector) {
    this.detectors = [own];
  }

  /** The pace of senders with this interval; -1 for an interval that is refused. */
  of(intervalMs: number | null, peers: PacedPeers): number {
    if (intervalMs === null) return 0;
    const known = this.detectors.findIndex((detector) => detector.intervalMs === intervalMs);
    if (known >= 0) return known;
    const pace = this.room(intervalMs, peers);
    const detector = pace < 0 ? undefined : this.own.paced?.(intervalMs);
    // What is remembered of a peer has one width.
    if (detector?.width !== this.own.width) return -1;
    this.detectors[pace] = detector;
    return pace;
  }

  /** Why no sender with this interval can be watched, or null. */
  problemOf(intervalMs: number, peers: PacedPeers): string | null {
    if (this.detectors.some((detector) => detector.intervalMs === intervalMs)) return null;
    const own = this.own.intervalMs;
    if (this.own.paced === undefined) return `expected an interval of ${own} ms`;
    if (!this.isNear(intervalMs))
      return `expected an interval from ${own / mostTimes} to ${own * mostTimes} ms, ${mostTimes} times the monitor's at most`;
    if (this.room(intervalMs, peers) < 0)
      return `senders beat at ${mostPaces} different intervals already: choose one of theirs, such as ${own} ms`;
    return null;
  }

  private get own(): Detector {
    return this.detectors[0] as Detector;
  }

  private isNear(intervalMs: number): boolean {
    const own = this.own.intervalMs;
    return intervalMs >= Math.max(1, own / mostTimes) && intervalMs <= own * mostTimes;
  }

  /** A pace for one more interval: a new one, or one that no peer has any more; -1 if there is none. */
  private room(intervalMs: number, { indexes, pace }: PacedPeers): number {
    if (!this.isNear(intervalMs)) return -1;
    if (this.detectors.length < mostPaces) return this.detectors.length;
    const used = new Set([0]);
    for (const peer of indexes.values()) used.add(pace[peer] as number);
    return this.detectors.findIndex((_, index) => !used.has(index));
  }
}
