import { heardAtIn } from "./detection/detector.js";
import type { PeerLiveness } from "./monitor-api.js";
import type { PeerStatus } from "./roster/liveness-event.js";
import { alive, statuses, unknown } from "./roster/peer-table.js";
import { deadlineOf, detectorOf, patienceMs, type Roster, silentMsOf, troubleOf } from "./roster/roster.js";
import { patienceOf } from "./roster/trouble.js";

/** The peer of this name; null for one that is not known. */
export function peerOf(roster: Roster, id: string, nowMs: number): PeerLiveness | null {
  const peer = roster.peers.indexes.get(id);
  return peer === undefined ? null : peerLiveness(roster, peer, nowMs);
}

/** A peer as its observer sees it now. */
function peerLiveness(roster: Roster, peer: number, nowMs: number): PeerLiveness {
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

/** All peers as their observer sees them now, sorted by id. */
export function peersOf(roster: Roster, nowMs: number): readonly PeerLiveness[] {
  const peers = [...roster.peers.indexes.values()].map((peer) => peerLiveness(roster, peer, nowMs));
  return Object.freeze(peers.sort((a, b) => (a.id < b.id ? -1 : 1)));
}

/** How many peers have each status. */
export function statusCounts({ peers }: Roster): Record<PeerStatus, number> {
  const counts = { unknown: 0, alive: 0, suspect: 0, dead: 0, left: 0 };
  for (const peer of peers.indexes.values()) counts[statuses[peers.status[peer] as number] as PeerStatus]++;
  return counts;
}
