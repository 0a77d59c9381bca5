import type { Monitor } from "../monitor-api.js";
import type { BeatConnection } from "./beat-connection.js";
import type { BeatSenderIdentity, Refusal } from "./beat-handshake.js";

/** What an observer needs to be told of senders. */
export type BeatTaker = Pick<Monitor, "beat" | "closed" | "refusesInterval">;

/** A sender that is connected: its connection, and the lives before its own that were connected without a break. */
interface Connected {
  readonly connection: BeatConnection;
  readonly boot: string;
  readonly formerBoots: readonly string[];
}

const keptBootCount = 4;

/** What senders have done, as a listener counts it. */
export interface SenderCounts {
  beats: number;
  goodbyes: number;
  /** Connections that took the place of an older one of the same sender. */
  replaced: number;
  /** Connections that ended without a goodbye, and were not replaced. */
  broken: number;
}

/** Who beats over which connection (N2, N3): one connection a sender, the newest. */
export class Senders {
  readonly counts: SenderCounts = { beats: 0, goodbyes: 0, replaced: 0, broken: 0 };
  private readonly connected = new Map<string, Connected>();
  private readonly monitor: BeatTaker;
  private readonly mostCount: number;

  constructor(monitor: BeatTaker, mostCount: number) {
    this.monitor = monitor;
    this.mostCount = mostCount;
  }

  get count(): number {
    return this.connected.size;
  }

  all(): BeatConnection[] {
    return [...this.connected.values()].map(({ connection }) => connection);
  }

  /** Why there shall be no connection with this sender, or null. */
  refuses({ id, boot, intervalMs }: BeatSenderIdentity): Refusal | null {
    const interval = this.monitor.refusesInterval(intervalMs);
    if (interval !== null) return { reason: "badFrame", detail: `${interval}, found ${intervalMs} ms` };
    const known = this.connected.get(id);
    if (known === undefined && this.connected.size >= this.mostCount)
      return { reason: "tooManyLinks", detail: `more than ${this.mostCount} senders` };
    if (known?.formerBoots.includes(boot) === true)
      return {
        reason: "wrongIncarnation",
        detail: `another process beats as ${id}, and began later: give each sender an id of its own`,
      };
    return null;
  }

  /** A sender has connected: its older connection gives way, and nobody is told that it closed. */
  add(connection: BeatConnection, { id, boot }: BeatSenderIdentity): void {
    const known = this.connected.get(id);
    const former = known === undefined ? [] : known.formerBoots;
    const left = known === undefined || known.boot === boot ? former : [...former, known.boot];
    this.connected.set(id, { connection, boot, formerBoots: left.slice(-keptBootCount) });
    if (known === undefined) return;
    this.counts.replaced++;
    known.connection.refuse("replaced", `${id} has a newer connection`);
  }

  /** A beat has come over a connection that is up. One that was replaced reads no more. */
  beat({ id, boot, intervalMs, zone }: BeatSenderIdentity, slot: number): void {
    this.counts.beats++;
    this.monitor.beat(id, { boot, slot, intervalMs, zone });
  }

  /** A goodbye has come over a connection that is up: its end is no hint. */
  goodbye({ id, boot }: BeatSenderIdentity): void {
    this.connected.delete(id);
    this.counts.goodbyes++;
    this.monitor.beat(id, { boot, leaving: true });
  }

  /** A connection has ended. It is a hint only if it was the sender's newest. */
  closed(connection: BeatConnection): void {
    const id = connection.sender?.id;
    if (id === undefined || this.connected.get(id)?.connection !== connection) return;
    this.connected.delete(id);
    this.counts.broken++;
    this.monitor.closed(id);
  }

  /** Closes every connection; the monitor is told of none. */
  end(): void {
    const all = this.all();
    this.connected.clear();
    for (const connection of all) connection.refuse("stopping", "the observer stops");
  }
}
