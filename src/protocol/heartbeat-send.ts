import { heartbeatIntervalMs } from "./algorithms/deadlines.js";
import type { Effect } from "./data/effect.js";
import type { Heartbeat, NodeId } from "./data/message.js";
import type { Leader, Node, Peer } from "./data/node.js";

/** Beats to every member. Carries only what is durable, and so never waits for the disk. */
export function sendHeartbeats(node: Node, role: Leader, nowMs: number, effects: Effect[]): void {
  role.seq++;
  role.sentAtMs[role.seq % role.sentAtMs.length] = nowMs;
  role.nextHeartbeatAtMs = nowMs + heartbeatIntervalMs(node, role);
  const lean = heartbeat(node, role, false);
  let whole: Heartbeat | null = null;
  for (const [to, peer] of role.peers) {
    // Who handed over leads on undisturbed until this node lacks nothing but its word (rule 16).
    if (role.pendingHandover !== null && !role.pendingHandover.claimed && to === role.pendingHandover.from)
      continue;
    if (!peer.holdsConfiguration) whole ??= heartbeat(node, role, true);
    effects.push({ kind: "send", to, message: peer.holdsConfiguration || whole === null ? lean : whole });
  }
}

/**
 * The heartbeat that was sent last.
 * @param whole whether it carries the configuration itself
 */
export function heartbeat(node: Node, role: Leader, whole: boolean): Heartbeat {
  const { configuration } = node.durable;
  return {
    kind: "heartbeat",
    term: node.record.term,
    seq: role.seq,
    configurationId: configuration.id,
    configuration: whole ? configuration : null,
    hasMetadata: node.metadata !== null,
  };
}

/** A member that answers heartbeats and does not get the metadata so often in a row goes without. */
const mostMetadataTries = 3;

/**
 * Sends the metadata to a member that has just answered and does not hold them, once for each answer to a heartbeat after the last time
 * (rule 13). Where a path swallows packets of that size, the link is lost each time; so after some tries the member is told of none.
 */
export function sendMetadata(node: Node, role: Leader, to: NodeId, peer: Peer, effects: Effect[]): void {
  const tries = node.metadataTries.get(to) ?? 0;
  const metadata = isMetadataRefused(node, to) ? null : node.metadata;
  if (metadata !== null) node.metadataTries.set(to, tries + 1);
  peer.metadataSeq = role.seq;
  const { term } = node.record;
  effects.push({
    kind: "send",
    to,
    message: { kind: "leaderNotice", term, seq: role.seq, leads: true, metadata },
  });
}

/** True for a member that goes without this node's metadata, because none of several tries got through. */
export function isMetadataRefused(node: Node, to: NodeId): boolean {
  return (node.metadataTries.get(to) ?? 0) >= mostMetadataTries;
}

/** Brings the next heartbeat forward where a voter turns out to promise less than its time was chosen for. */
export function hastenHeartbeat(node: Node, role: Leader): void {
  const sentAtMs = role.sentAtMs[role.seq % role.sentAtMs.length] ?? Number.NEGATIVE_INFINITY;
  role.nextHeartbeatAtMs = Math.min(role.nextHeartbeatAtMs, sentAtMs + heartbeatIntervalMs(node, role));
}
