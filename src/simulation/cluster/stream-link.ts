import type { Message } from "../../protocol/index.js";
import type { Actor, Timeline } from "../kernel/timeline.js";
import { Link } from "./link.js";

/** How long a sender waits for an acknowledgement before it sends again: Linux's minimum, doubled each time (RFC 6298). */
export const retransmitMs = 200;
const longestRetransmitMs = 60_000;
/** A connection without any progress for so long is given up and dialled anew. */
export const resetAfterMs = 10_000;
/** What fits in the buffers of a connection that is stuck; a transport drops the rest rather than queue it. */
const bufferedCount = 64;
const redialMs = 100;
const longestRedialMs = 1_000;
/** The payload of an event that resets a connection. */
const reset = "reset";

/**
 * One direction of a connection like TCP: in order, each lost segment holding up those behind it until it is sent again. What a cut
 * keeps back arrives in one burst at the first retransmission after it, or is lost with the connection.
 */
export class StreamLink<Carried = Message> extends Link<Carried> {
  readonly connection: StreamConnection<Carried>;
  private lastDueMs = 0;
  private stuck: Carried[] = [];
  private stuckSinceMs = 0;
  private waitMs = retransmitMs;
  private probes = 0;
  private wasHeld = false;

  constructor(connection: StreamConnection<Carried>, ...rest: ConstructorParameters<typeof Link<Carried>>) {
    super(...rest);
    this.connection = connection;
    connection.join(this);
  }

  override get flowing(): boolean {
    return (
      this.connection.open &&
      this.stuck.length === 0 &&
      this.lastDueMs <= this.timeline.nowMs + this.longestMs
    );
  }

  override send(message: Carried): void {
    if (!this.connection.open) this.drop(message, "closed");
    else if (this.stuck.length > 0 || this.passes !== "all" || this.silent) this.keep(message);
    else this.transmit(message);
  }

  /** A segment arrives, or (payload null) it is time to try again. */
  override happen(code: number, payload: unknown): void {
    if (payload === null) {
      if (code === this.probes) this.retry();
      return;
    }
    if (code !== this.connection.epoch) this.drop(payload as Carried, "closed");
    else if (this.stuck.length > 0 || this.passes !== "all" || this.silent) this.keep(payload as Carried);
    else this.to.receive(this.from.index, this.from.startIndex, payload as Carried);
  }

  /** Forgets everything under way. */
  clear(): void {
    for (const message of this.stuck.splice(0)) this.drop(message, "closed");
    this.probes++;
    this.lastDueMs = 0;
  }

  /** When all that was sent so far has arrived, if nothing gets stuck. */
  get drainedMs(): number {
    return Math.max(this.lastDueMs, this.timeline.nowMs + this.latency());
  }

  /** What one trip takes now. */
  tripMs(): number {
    return this.latency();
  }

  override onEndDied(silently: boolean): void {
    this.connection.onEndDied(silently);
  }

  override onConnected(): void {
    this.to.connect(this.from.index, this.from.startIndex);
  }

  override onEndStarted(): void {
    this.connection.dial();
  }

  protected override onApplied(): void {
    // A held link lets go at once; a cut one is found to work again by the next retransmission.
    if (this.passes === "all" && this.stuck.length > 0 && this.wasHeld) this.flush();
    this.wasHeld = this.passes === "later";
  }

  /** True while nobody acknowledges: the machine at the other end is gone. */
  private get silent(): boolean {
    return !this.to.alive;
  }

  private transmit(message: Carried): void {
    let tookMs = this.latency();
    for (
      let waitMs = retransmitMs;
      this.loses?.() === true;
      waitMs = Math.min(2 * waitMs, longestRetransmitMs)
    )
      tookMs += waitMs;
    if (tookMs > resetAfterMs) {
      // Nothing gets past a segment that does not get through; what waits behind it goes down with the connection.
      this.lastDueMs = this.timeline.nowMs + resetAfterMs;
      this.connection.resetAt(this.lastDueMs);
      return;
    }
    this.lastDueMs = Math.max(this.lastDueMs, this.timeline.nowMs + tookMs);
    this.timeline.schedule(this.lastDueMs, this, this.connection.epoch, message);
  }

  private keep(message: Carried): void {
    if (this.stuck.length === 0) {
      this.stuckSinceMs = this.timeline.nowMs;
      this.waitMs = retransmitMs;
      this.probe();
    }
    if (this.stuck.length < bufferedCount) this.stuck.push(message);
    else this.drop(message, "full");
  }

  private probe(): void {
    this.probes++;
    this.timeline.schedule(this.timeline.nowMs + this.waitMs, this, this.probes, null);
  }

  private retry(): void {
    if (this.stuck.length === 0) return;
    if (this.passes === "all" && !this.silent) this.flush();
    else if (this.passes !== "later" && this.timeline.nowMs - this.stuckSinceMs >= resetAfterMs)
      this.connection.reset();
    else {
      this.waitMs = Math.min(2 * this.waitMs, longestRetransmitMs);
      this.probe();
    }
  }

  private flush(): void {
    const burst = this.stuck;
    this.stuck = [];
    this.probes++;
    for (const message of burst) this.transmit(message);
  }
}

/** What two directions share: they are open or closed together. */
export class StreamConnection<Carried = Message> implements Actor {
  open = true;
  /** Counts connections; segments of an earlier one are not delivered. */
  epoch = 1;
  private readonly timeline: Timeline;
  private readonly links: StreamLink<Carried>[] = [];
  private backoffMs = redialMs;
  private dials = 0;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  join(link: StreamLink<Carried>): void {
    this.links.push(link);
  }

  /** Closes the connection, loses what is under way, and dials again. */
  reset(): void {
    this.close();
    this.dial();
  }

  /** Resets this connection then, unless it is closed before. */
  resetAt(atMs: number): void {
    this.timeline.schedule(atMs, this, -this.epoch, reset);
  }

  /** One end's process died: its peer reads what was still on the way and then the close, unless the machine died silently. */
  onEndDied(silently: boolean): void {
    if (silently || !this.open) return;
    for (const link of this.links)
      if (!link.from.alive && link.passes === "all")
        this.timeline.schedule(link.drainedMs, this, -this.epoch, null);
  }

  /** Tries to connect now, then again and again with growing pauses until it works. */
  dial(): void {
    this.close();
    this.backoffMs = redialMs;
    this.attempt();
  }

  happen(code: number, payload: unknown): void {
    if (code < 0) {
      if (-code !== this.epoch) return;
      if (payload === reset) this.reset();
      else this.close();
      return;
    }
    if (code !== this.dials) return;
    if (!this.reachable()) {
      this.attempt();
      return;
    }
    this.open = true;
    for (const link of this.links) link.onConnected();
  }

  private attempt(): void {
    this.dials++;
    let tookMs = 0;
    if (this.reachable()) for (const link of this.links) tookMs += link.tripMs();
    else {
      tookMs = this.backoffMs;
      this.backoffMs = Math.min(2 * this.backoffMs, longestRedialMs);
    }
    this.timeline.schedule(this.timeline.nowMs + tookMs, this, this.dials, null);
  }

  private close(): void {
    const wasOpen = this.open;
    this.open = false;
    this.epoch++;
    for (const link of this.links) link.clear();
    if (wasOpen) for (const { from, to } of this.links) to.disconnect?.(from.index);
  }

  private reachable(): boolean {
    return this.links.every(({ passes, from, to }) => passes === "all" && from.alive && to.alive);
  }
}
