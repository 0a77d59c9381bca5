import type { Heartbeat, HeartbeatReply } from "../../protocol/index.js";
import type { Clock } from "../../runtime/ports.js";

/** Measures how long heartbeats to one peer take to be answered, one at a time. */
export interface RoundTrip {
  onSent(heartbeat: Heartbeat, clock: Pick<Clock, "nowMs">): void;
  /** Returns the milliseconds of the round trip that this reply ends, or null where it ends none that was measured. */
  onReply(reply: HeartbeatReply, receivedAtMs: number): number | null;
  /** Milliseconds of the last one, or null. */
  lastMs(): number | null;
  /** No answer to what was sent will come. */
  forget(): void;
}

/** Begins with nothing measured. */
export function createRoundTrip(): RoundTrip {
  let sent: { readonly term: number; readonly seq: number; readonly atMs: number } | null = null;
  let measuredMs: number | null = null;
  return {
    onSent({ term, seq }, clock) {
      if (sent?.term === term) return;
      sent = { term, seq, atMs: clock.nowMs() };
    },
    onReply({ heartbeatTerm, seq }, receivedAtMs) {
      if (sent === null || heartbeatTerm !== sent.term || seq < sent.seq) return null;
      const isAnswer = seq === sent.seq;
      if (isAnswer) measuredMs = receivedAtMs - sent.atMs;
      sent = null;
      return isAnswer ? measuredMs : null;
    },
    lastMs: () => measuredMs,
    forget() {
      sent = null;
      measuredMs = null;
    },
  };
}
