import type { Message, Node, NodeId, Refusal } from "../protocol/index.js";
import type { Obstacle } from "./contention.js";
import { leaderOf } from "./leader-known.js";

/** Why a voter or member turned this node down last. */
export interface LastRefusal {
  readonly reason: Refusal;
  /** Whom it follows itself, if it says. */
  readonly leader: NodeId | null;
}

/** What a node sees of the others at one moment, besides its own state. */
export interface Outlook {
  nowMs(): number;
  isConnected(id: NodeId): boolean;
  /** Why the last link with this peer ended or could not be made; null where that is not known. */
  linkProblem(id: NodeId): string | null;
  /** What this peer refused last since a leader was known; null once it has granted. */
  refusalOf(id: NodeId): LastRefusal | null;
  /** True for a peer that has links with this node, and answers none of its heartbeats over them. */
  isDeaf(id: NodeId): boolean;
  /** What keeps this node from campaigning, its being an observer or arbiter apart. */
  obstacles(): readonly Obstacle[];
}

/** Keeps the outlook of one node. */
export interface OutlookKeeper extends Outlook {
  onMessage(from: NodeId, message: Message): void;
  /** Looks at what has become of the heartbeats of a leader; call it about twice within a quorum timeout. */
  look(): void;
}

/** So many quorum timeouts without an answer are no accident. */
export const silentTimeouts = 3;

/** Begins with nothing seen. */
export function createOutlook(
  node: Node,
  world: Pick<Outlook, "nowMs" | "isConnected" | "linkProblem" | "obstacles">,
): OutlookKeeper {
  const refusals = new Map<NodeId, LastRefusal>();
  /**
   * Since when a peer with a link answers no heartbeat, over all leaderships of this node with no leader in between: one that loses its
   * lease for want of answers is often elected again.
   */
  const unansweredSinceMs = new Map<NodeId, number>();

  return {
    ...world,
    refusalOf: (id) => refusals.get(id) ?? null,
    isDeaf(id) {
      const sinceMs = unansweredSinceMs.get(id);
      if (sinceMs === undefined || !world.isConnected(id)) return false;
      return world.nowMs() - sinceMs >= silentTimeouts * node.settings.quorumTimeoutMs;
    },
    onMessage(from, message) {
      if (message.kind === "heartbeatReply" && unansweredSinceMs.size > 0) unansweredSinceMs.delete(from);
      if (!("reason" in message)) return;
      if (message.reason !== null) {
        const leader = message.kind === "requestVoteReply" ? message.leader : null;
        refusals.set(from, { reason: message.reason, leader });
      } else if (refusals.size > 0) refusals.delete(from);
    },
    look() {
      const { role, settings } = node;
      if (role.name !== "leader") {
        if (leaderOf(node) === null) return;
        refusals.clear();
        unansweredSinceMs.clear();
        return;
      }
      for (const [id, { ackedSeq, ackedAtMs }] of role.peers) {
        const answers = ackedSeq > 0 && world.nowMs() - ackedAtMs <= settings.quorumTimeoutMs;
        if (answers) unansweredSinceMs.delete(id);
        else if (world.isConnected(id) && !unansweredSinceMs.has(id))
          unansweredSinceMs.set(id, world.nowMs());
      }
      for (const id of unansweredSinceMs.keys()) if (!role.peers.has(id)) unansweredSinceMs.delete(id);
    },
  };
}
