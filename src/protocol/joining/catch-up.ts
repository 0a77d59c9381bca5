import { forsakenAt, nextInquiryAt } from "../algorithms/deadlines.js";
import { strangerReason, takeConfiguration } from "../algorithms/identity.js";
import {
  type Configuration,
  type ConfigurationId,
  isNewer,
  isNobody,
  isSameCluster,
  memberOf,
} from "../data/configuration.js";
import type { Effect } from "../data/effect.js";
import type { Heartbeat, NodeId, Refusal, RequestVote } from "../data/message.js";
import type { Node } from "../data/node.js";
import { beginWait, forgetLeader } from "../roles.js";
import { believesOnArrival } from "./founding.js";

/**
 * How a node that is behind learns the newest configuration (rules 19 and 21). A node believes the members of its own configuration, and
 * asks them when a sender it does not know goes by a newer one. Only a node that no member has answered for its longest election
 * timeout believes a sender it does not know, and only over a link that is authenticated for this cluster.
 */

/**
 * Takes the newer configuration that a refusal carries. A round that asked for votes under the older one is over, as it cannot be
 * won by it. A leader takes none. A follower keeps its leader and its wait: that leader may have won, and its first heartbeat be on the way.
 */
export function catchUp(node: Node, configuration: Configuration, nowMs: number): void {
  const { role, record } = node;
  if (role.name === "leader" || !isNewer(configuration.id, record.configuration.id)) return;
  if (!isSameCluster(record.configuration, configuration)) return;
  takeConfiguration(node, configuration);
  if (role.name === "follower") return;
  forgetLeader(node);
  beginWait(node, nowMs);
}

/** Takes the configuration that a sender carries which this node does not know, where that is all it can go by (rules 21 and 28). */
export function believeStranger(
  node: Node,
  from: NodeId,
  incarnation: string,
  message: Heartbeat | RequestVote,
  authenticated: boolean,
  nowMs: number,
): void {
  const own = node.record.configuration;
  const carried = message.configuration;
  if (carried === null || node.role.name === "leader" || !isNewer(carried.id, own.id)) return;
  if (strangerReason(node, from, incarnation, null) === null) return;
  const sender = memberOf(carried, from);
  if (sender === undefined || (sender.incarnation ?? incarnation) !== incarnation) return;
  const believed = isNobody(own)
    ? believesOnArrival(node, from, carried, authenticated, message.kind === "heartbeat")
    : authenticated && isSameCluster(own, carried) && nowMs >= forsakenAt(node);
  if (!believed) return;
  if (!isNobody(own)) node.believedStranger = from;
  takeConfiguration(node, carried);
  if (node.role.name !== "follower") forgetLeader(node);
  beginWait(node, nowMs);
}

/**
 * Asks the members for the newest configuration, when a sender that this node does not know goes by a newer one: with a request for a
 * pre-vote of term 0, which everybody refuses, so that the refusal carries it. At most once in the shortest election timeout.
 */
export function inquire(
  node: Node,
  reason: Refusal | null,
  claimedId: ConfigurationId,
  nowMs: number,
  effects: Effect[],
): void {
  if (reason !== "notMember" && reason !== "amnesiac") return;
  const { configuration } = node.record;
  if (node.role.name === "leader" || !isNewer(claimedId, configuration.id)) return;
  if (nowMs < nextInquiryAt(node)) return;
  node.inquiredAtMs = nowMs;
  const message: RequestVote = {
    kind: "requestVote",
    term: 0,
    preVote: true,
    round: 0,
    configuration,
    transferFromTerm: null,
  };
  for (const { id } of configuration.voters)
    if (id !== node.id) effects.push({ kind: "send", to: id, message });
}
