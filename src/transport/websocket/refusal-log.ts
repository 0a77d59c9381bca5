import type { Clock } from "../../runtime/ports.js";
import type { LinkRefusal, RefusalReason } from "../wire/close-reason.js";
import { createAllowance } from "./token-bucket.js";

/** Counts every refusal and tells the owner of each kind once a minute, so that a hostile world cannot flood a log. */
export interface Refusals {
  note(refusal: LinkRefusal): void;
  counts(): Readonly<Partial<Record<RefusalReason, number>>>;
}

const sameAgainMs = 60_000;
const toldPerSecond = 20;
const rememberedCount = 256;

/** Begins to count. */
export function createRefusals(
  clock: Pick<Clock, "nowMs">,
  onRefused: (refusal: LinkRefusal) => void,
): Refusals {
  const counts: Partial<Record<RefusalReason, number>> = {};
  const toldAtMs = new Map<string, number>();
  const allowance = createAllowance(toldPerSecond, clock.nowMs());
  return {
    note(refusal) {
      const { reason, by, peer, remote } = refusal;
      counts[reason] = (counts[reason] ?? 0) + 1;
      const nowMs = clock.nowMs();
      // Who connects does so from another port each time.
      const kind = [by, reason, peer, remote.replace(/:\d+$/, "")].join(" ");
      const toldMs = toldAtMs.get(kind);
      if (toldMs !== undefined && nowMs - toldMs < sameAgainMs) return;
      if (!allowance.take(1, nowMs)) return;
      if (toldAtMs.size >= rememberedCount) toldAtMs.clear();
      toldAtMs.set(kind, nowMs);
      onRefused(refusal);
    },
    counts: () => ({ ...counts }),
  };
}
