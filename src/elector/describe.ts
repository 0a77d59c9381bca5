import {
  isConfigurationCommitted,
  knownLeader,
  type Member,
  membersOf,
  type Node,
  type NodeId,
  quorumSize,
  voterOf,
} from "../protocol/index.js";
import type { ElectorStatus, LeaderInfo, PeerStatus } from "./status.js";

/** What a node's status is made of besides the node. */
export interface Surroundings {
  readonly cluster: string;
  readonly isLeader: boolean;
  readonly stopped: boolean;
  readonly contending: boolean;
  readonly isConnected: (id: NodeId) => boolean;
  readonly addressOf: (member: Member) => string;
}

/** The status of a node at this moment. */
export function describeNode(node: Node, around: Surroundings): ElectorStatus {
  const { configuration, term } = node.record;
  const others = membersOf(configuration).filter(({ id }) => id !== node.id);
  const isVoter = (id: NodeId): boolean => voterOf(configuration, id) !== undefined;
  const linked = configuration.voters.filter(({ id }) => id === node.id || around.isConnected(id));
  const peers: PeerStatus[] = others.map((member) =>
    Object.freeze({
      id: member.id,
      address: around.addressOf(member),
      voter: isVoter(member.id),
      connected: around.isConnected(member.id),
      amnesiac: node.amnesiacs.has(member.id),
    }),
  );
  const leader = leaderOf(node);
  return Object.freeze({
    cluster: around.cluster,
    id: node.id,
    role: around.stopped ? "stopped" : node.role.name,
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
    contending: around.contending,
  });
}

/** The leader this node follows, once its metadata were told; or itself, once its lease was told; else null. */
export function leaderOf(node: Node): LeaderInfo | null {
  const id = knownLeader(node);
  if (id === null) return null;
  const isAwaited = id === node.id ? node.announcedTerm === null : node.expectsMetadata && !node.metadataTold;
  if (isAwaited) return null;
  return { id, term: node.record.term, metadata: node.leaderMetadata };
}
