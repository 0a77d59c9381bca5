import { nextBeatMs, takeSlot } from "../../pulse/pulse.js";
import type { Beat, Report } from "../worker-message.js";
import { sameReport } from "../worker-report.js";
import { holds } from "./worker-leases.js";
import type { Worker } from "./worker-state.js";

/** When a worker beats, and what it says. */

/** So many beats are remembered; older ones are not granted any more. */
const mostSent = 64;

/** Beats that carry news are at least this share of an interval apart. */
const newsShare = 1 / 20;

/** The beat to send now, or null if it is too early for one. It counts as sent at `nowMs`. */
export function takeBeatToSend(worker: Worker, nowMs: number): Beat | null {
  if (worker.gone || (takeSlot(worker.pulse, nowMs) === null && nowMs < newsAtMs(worker))) return null;
  const seq = ++worker.seq;
  const report = reportOf(worker, nowMs);
  if (worker.report === null || !sameReport(report, worker.report)) worker.reportSeq = seq;
  worker.report = report;
  worker.hasNews = false;
  worker.lastSentMs = nowMs;
  worker.sentAtMs.set(seq, nowMs);
  for (const oldest of worker.sentAtMs.keys()) {
    if (worker.sentAtMs.size <= mostSent) break;
    worker.sentAtMs.delete(oldest);
  }
  const isKnown = worker.grantedSeq >= worker.reportSeq;
  return { term: worker.term, seq, seen: worker.seen, report: isKnown ? null : report };
}

/** When the next beat is due. */
export function beatAtMs(worker: Worker): number {
  return worker.gone ? Number.POSITIVE_INFINITY : Math.min(nextBeatMs(worker.pulse), newsAtMs(worker));
}

function newsAtMs({ hasNews, lastSentMs, settings }: Worker): number {
  return hasNews ? lastSentMs + settings.beatIntervalMs * newsShare : Number.POSITIVE_INFINITY;
}

function reportOf({ holdings, settings, wants, leaving, longestLeaseMs }: Worker, nowMs: number): Report {
  const all = [...holdings.values()];
  const { zone, capacity, maxShards } = settings;
  return {
    held: all.filter((holding) => holds(holding, nowMs)).map(({ shard, token }) => ({ shard, token })),
    wants,
    releases: all.filter(({ assigned, released }) => assigned && released).map(({ shard }) => shard),
    zone,
    capacity,
    maxShards,
    leaving,
    longestLeaseMs,
  };
}
