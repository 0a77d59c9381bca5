import type { PeerStatus } from "../../../liveness/roster/liveness-event.js";

/** How many peers of a zone make it one that says something, and the share of them that makes it partly silent (B1). */
const tellingCount = 3;
const partialShare = 0.55;
/** A zone of at most so many peers is held back as a whole (B3). */
const smallZone = 50;

/** Counts the peers of each zone by what is held of them: the judge's own arithmetic of the brake. */
export class ZoneCounts {
  private readonly zones = new Map<string, Map<string, PeerStatus>>();
  private readonly partialSinceMs = new Map<string, number>();
  private firstGoneMs = Number.POSITIVE_INFINITY;

  /** Another status is held of a peer. */
  set(zone: string, id: string, status: PeerStatus, nowMs: number): void {
    const peers = this.zones.get(zone) ?? new Map<string, PeerStatus>();
    this.zones.set(zone, peers);
    peers.set(id, status);
    if (status === "dead" || status === "left") this.firstGoneMs = Math.min(this.firstGoneMs, nowMs);
    if (this.modeOf(zone) !== "partial") this.partialSinceMs.delete(zone);
    else if (!this.partialSinceMs.has(zone)) this.partialSinceMs.set(zone, nowMs);
  }

  /** Whether the counts are those of the observer: it may have forgotten who has been gone for long. */
  isKnown(nowMs: number, forgetAfterMs: number): boolean {
    return nowMs - this.firstGoneMs < forgetAfterMs;
  }

  /** Whether every zone that says something is silent (B2). */
  doubts(): boolean {
    const modes = [...this.zones.keys()].map((zone) => this.modeOf(zone)).filter((mode) => mode !== "small");
    return modes.length > 0 && modes.every((mode) => mode !== "normal");
  }

  /** Whether a small zone is partly silent, and has not been for long. */
  isBraked(zone: string, nowMs: number, brakeMs: number): boolean {
    const sinceMs = this.partialSinceMs.get(zone);
    return sinceMs !== undefined && this.of(zone).total <= smallZone && nowMs - sinceMs < brakeMs;
  }

  private modeOf(zone: string): "small" | "normal" | "partial" | "full" {
    const { total, silent } = this.of(zone);
    if (total < tellingCount) return "small";
    if (silent === total) return "full";
    return silent > 2 && silent / total >= partialShare ? "partial" : "normal";
  }

  private of(zone: string): { readonly total: number; readonly silent: number } {
    const held = [...(this.zones.get(zone)?.values() ?? [])].filter((status) => status !== "left");
    return {
      total: held.length,
      silent: held.filter((status) => status === "suspect" || status === "dead").length,
    };
  }
}
