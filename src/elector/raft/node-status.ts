import {
  isConfigurationCommitted,
  type Member,
  membersOf,
  type Node,
  type NodeId,
  quorumSize,
  voterOf,
} from "../../protocol/index.js";
import { concernsOf, survivableFailures } from "../outlook/concerns.js";
import type { Outlook } from "../outlook/outlook.js";
import { whyNoLeader } from "../outlook/why-no-leader.js";
import type { ElectorStatus, PeerStatus } from "../status.js";
import { leaderOf } from "./leader-known.js";

/** What a node's status is made of besides the node. */
export interface Surroundings {
  readonly cluster: string;
  readonly isLeader: boolean;
  readonly stopped: boolean;
  readonly outlook: Outlook;
  readonly addressOf: (member: Member) => string;
}

/** The status of a node at this moment. */
export function nodeStatus(node: Node, around: Surroundings): ElectorStatus {
  const { configuration, term } = node.record;
  const others = membersOf(configuration).filter(({ id }) => id !== node.id);
  const isVoter = (id: NodeId): boolean => voterOf(configuration, id) !== undefined;
  const { outlook, stopped } = around;
  const linked = configuration.voters.filter(({ id }) => id === node.id || outlook.isConnected(id));
  const peers: PeerStatus[] = others.map((member) =>
    Object.freeze({
      id: member.id,
      address: around.addressOf(member),
      voter: isVoter(member.id),
      connected: outlook.isConnected(member.id),
      amnesiac: node.amnesiacs.has(member.id),
      problem: outlook.isConnected(member.id) ? null : outlook.linkProblem(member.id),
    }),
  );
  const leader = leaderOf(node);
  return Object.freeze({
    cluster: around.cluster,
    clusterId: configuration.clusterId,
    id: node.id,
    role: stopped ? "stopped" : node.role.name,
    term,
    isLeader: around.isLeader,
    leader: leader?.id ?? null,
    leaderMetadata: leader?.metadata ?? null,
    configurationId: configuration.id,
    voters: configuration.voters,
    observers: configuration.observers,
    configurationCommitted: isConfigurationCommitted(node),
    peers: Object.freeze(peers),
    isolated: isVoter(node.id) && linked.length < quorumSize(configuration.voters.length),
    removed: node.removed,
    contending: outlook.obstacles().length === 0,
    arbiter: node.arbiter,
    whyNoLeader: stopped ? null : whyNoLeader(node, outlook),
    survivableFailures: survivableFailures(node, outlook.nowMs()),
    warnings: Object.freeze(concernsOf(node, outlook).map(({ sentence }) => sentence)),
  });
}
