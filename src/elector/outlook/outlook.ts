import {
  type Message,
  membersOf,
  type Node,
  type NodeId,
  type Refusal,
  voterOf,
} from "../../protocol/index.js";
import type { Obstacle } from "../leadership/eligibility.js";
import { leaderOf } from "../raft/leader-known.js";

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
  /** True for a peer that has links with this node, and answers neither heartbeats nor requests for votes over them. */
  isDeaf(id: NodeId): boolean;
  /** What keeps this node from campaigning, its being an observer or arbiter apart. */
  obstacles(): readonly Obstacle[];
}

/** Keeps the outlook of one node. */
export interface OutlookKeeper extends Outlook {
  onMessage(from: NodeId, message: Message): void;
  /** Looks at whose answers are missing; call it about twice within a quorum timeout. */
  look(): void;
}

/** So many quorum timeouts without an answer are no accident. */
export const silentTimeouts = 3;

/** Begins with nothing seen. */
export function createOutlook(
  node: Node,
  deps: Pick<Outlook, "nowMs" | "isConnected" | "linkProblem" | "obstacles">,
): OutlookKeeper {
  const refusals = new Map<NodeId, LastRefusal>();
  /**
   * For how long altogether a peer has answered nothing while it had a link, over all rounds and leaderships of this node with no leader
   * in between: where answers are missing, one follows the other. The time without a link does not count: that is another trouble.
   */
  const unansweredMs = new Map<NodeId, number>();
  let lookedAtMs = Number.POSITIVE_INFINITY;

  return {
    ...deps,
    refusalOf: (id) => refusals.get(id) ?? null,
    isDeaf(id) {
      const longEnoughMs = silentTimeouts * node.settings.quorumTimeoutMs;
      return deps.isConnected(id) && (unansweredMs.get(id) ?? 0) >= longEnoughMs;
    },
    onMessage(from, message) {
      if (!("reason" in message)) return;
      if (unansweredMs.size > 0) unansweredMs.delete(from);
      if (message.reason !== null) {
        const leader = message.kind === "requestVoteReply" ? message.leader : null;
        refusals.set(from, { reason: message.reason, leader });
      } else if (refusals.size > 0) refusals.delete(from);
    },
    look() {
      const { role, settings } = node;
      const nowMs = deps.nowMs();
      // A process that was away heard no answers.
      const passedMs = Math.min(settings.quorumTimeoutMs, Math.max(0, nowMs - lookedAtMs));
      lookedAtMs = nowMs;
      if (role.name === "follower") {
        if (leaderOf(node) === null) return;
        refusals.clear();
        unansweredMs.clear();
        return;
      }
      // An answer that is only on its way takes its sender out again.
      for (const { id } of membersOf(node.record.configuration)) {
        if (id === node.id || !deps.isConnected(id) || isAnswered(node, id, nowMs)) continue;
        const beforeMs = unansweredMs.get(id);
        unansweredMs.set(id, beforeMs === undefined ? 0 : beforeMs + passedMs);
      }
    },
  };
}

/** True where a member need not say anything to be heard: it has answered the heartbeats of late or the round, or was not asked. */
function isAnswered({ role, settings, record }: Node, id: NodeId, nowMs: number): boolean {
  if (role.name === "follower") return true;
  if (role.name !== "leader") return role.answers.has(id) || voterOf(record.configuration, id) === undefined;
  const peer = role.peers.get(id);
  if (peer === undefined) return true;
  return peer.ackedSeq > 0 && nowMs - peer.ackedAtMs <= settings.quorumTimeoutMs;
}
