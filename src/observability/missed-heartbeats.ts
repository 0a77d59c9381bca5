import type { PeerCounters } from "../transport/websocket/peer-counters.js";

/** Counts, for one peer, what was sent and not answered in time. */
export interface MissedHeartbeats {
  /** Looks at the counts of the link; gives how many more have been missed since the look before. */
  look(link: Pick<PeerCounters, "sentCount" | "droppedCount" | "receivedCount">): number;
}

/**
 * Begins to count for a leader's link, which carries heartbeats one way and answers the other. A heartbeat is missed when it was sent
 * `timeoutLooks` looks ago and so many answers have not come; one that is answered later was missed all the same.
 */
export function createMissedHeartbeats(timeoutLooks: number): MissedHeartbeats {
  /** What had been sent at each of the last looks, the oldest first. */
  const sent: number[] = [];
  let base: number | null = null;
  let missing = 0;
  return {
    look({ sentCount, droppedCount, receivedCount }) {
      const sentNow = sentCount + droppedCount;
      base ??= sentNow - receivedCount;
      sent.push(sentNow);
      if (sent.length <= timeoutLooks) return 0;
      const due = (sent.shift() as number) - base - receivedCount;
      const before = missing;
      missing = Math.max(0, due);
      return Math.max(0, missing - before);
    },
  };
}
