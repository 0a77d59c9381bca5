import { heardAtIn } from "./detection/detector.js";
import type { PeerLiveness } from "./monitor-api.js";
import { alive, statuses, unknown } from "./roster/peer-table.js";
import { deadlineOf, detectorOf, patienceMs, type Roster, silentMsOf, troubleOf } from "./roster/roster.js";
import { patienceOf } from "./roster/trouble.js";

/** A peer as its observer sees it now. */
export function peerLiveness(roster: Roster, peer: number, nowMs: number): PeerLiveness {
  const { peers, zones, attentiveSinceMs } = roster;
  const detector = detectorOf(roster, peer);
  const memory = peers.memory(peer);
  const at = peers.at(peer);
  const status = peers.status[peer] as number;
  const trouble = troubleOf(roster, peer);
  const extraMs = patienceMs(roster, peer, nowMs);
  const dueMs = Math.max(deadlineOf(roster, peer, nowMs), attentiveSinceMs + detector.windowMs + extraMs);
  const heardAtMs = heardAtIn(memory, at);
  // With a longer pause the detector's own level would say 1 too early.
  const level =
    extraMs === 0 ? detector.level(memory, at, nowMs) : Math.max(0, nowMs - heardAtMs) / (dueMs - heardAtMs);
  return Object.freeze({
    id: peers.ids[peer] as string,
    boot: peers.boots[peer] as string,
    status: statuses[status] as PeerLiveness["status"],
    intervalMs: detector.intervalMs,
    level,
    silentMs: silentMsOf(roster, peer, nowMs),
    suspectInMs: status === alive || status === unknown ? Math.max(0, dueMs - nowMs) : null,
    patience: trouble === null ? 0 : patienceOf(trouble, nowMs),
    zone: zones.list[peers.zone[peer] as number]?.name ?? "",
  });
}
