import type { NodeId } from "../../protocol/index.js";
import type { Clock } from "../../runtime/ports.js";
import { isRefusal, type LinkClose, type LinkRefusal, type RefusalReason } from "../wire/close-reason.js";
import { createTokenBucket } from "./token-bucket.js";

/** Counts every refused connection and tells the owner of each kind once a minute, so that a hostile world cannot flood a log. */
export interface RefusalLog {
  note(refusal: LinkRefusal): void;
  /** Notes a connection that was closed, if it was refused. @param peer the peer dialled, or the id that the other side claimed */
  noteClose(close: LinkClose, peer: NodeId | null, remote: string): void;
  counts(): Readonly<Partial<Record<RefusalReason, number>>>;
}

const sameAgainMs = 60_000;
const toldPerSecond = 20;
const rememberedCount = 256;

/** Begins to count. */
export function createRefusalLog(
  clock: Pick<Clock, "nowMs">,
  onRefused: (refusal: LinkRefusal) => void,
): RefusalLog {
  const counts: Partial<Record<RefusalReason, number>> = {};
  const toldAtMs = new Map<string, number>();
  const bucket = createTokenBucket(toldPerSecond, clock.nowMs());

  function note(refusal: LinkRefusal): void {
    const { reason, by, peer, remote } = refusal;
    counts[reason] = (counts[reason] ?? 0) + 1;
    const nowMs = clock.nowMs();
    // A host connects from another port each time.
    const kind = [by, reason, peer, remote.replace(/:\d+$/, "")].join(" ");
    const toldMs = toldAtMs.get(kind);
    if (toldMs !== undefined && nowMs - toldMs < sameAgainMs) return;
    if (!bucket.take(1, nowMs)) return;
    if (toldAtMs.size >= rememberedCount) toldAtMs.clear();
    toldAtMs.set(kind, nowMs);
    onRefused(refusal);
  }

  return {
    note,
    noteClose({ reason, detail, by }, peer, remote) {
      if (isRefusal(reason)) note({ reason, detail, by, peer, remote });
    },
    counts: () => ({ ...counts }),
  };
}
