import { RaftbeatError } from "../../errors.js";
import {
  beyondReach,
  isNobody,
  memberOf,
  type Node,
  type NodeId,
  refusesStanding,
  standingOf,
} from "../../protocol/index.js";
import type { TransportHandlers } from "../../runtime/ports.js";
import type { Logger } from "../observers/logger.js";

/** What a node says of its record when it links, and what it does about what others say. */
export type Introductions = Required<
  Pick<TransportHandlers, "recalls" | "standing" | "refusesPeer" | "refusesMessage" | "onRefusedBy">
>;

/**
 * Makes the introductions of a node.
 * @param fail ends the node: its record is a copy that has not gone on; if a peer that proved to be of the cluster says so, for good
 */
export function createIntroductions(
  node: Node,
  fail: (error: RaftbeatError, isProven: boolean) => void,
): Introductions {
  function recalls(peer: NodeId): string | null {
    const { incarnationsMet, configuration } = node.record;
    return incarnationsMet.get(peer) ?? memberOf(configuration, peer)?.incarnation ?? null;
  }

  /** The word of another record under a member's name must not end this node (rule 22). */
  function isMember(peer: NodeId, incarnation: string): boolean {
    const isNamed = memberOf(node.record.configuration, peer) !== undefined;
    return isNamed && (recalls(peer) ?? incarnation) === incarnation;
  }

  return {
    recalls,
    standing: () => standingOf(node),
    refusesPeer: (peer, incarnation, standing) => refusesStanding(node, peer, incarnation, standing),
    refusesMessage: (_peer, message) => beyondReach(node, message),
    onRefusedBy(peer, incarnation, { reason, detail }, proof) {
      // A node that connects and proves nothing may be any process.
      if (reason === "wrongCluster" || proof === "said" || !isMember(peer, incarnation)) return;
      fail(
        new RaftbeatError(
          "recordCopied",
          `${peer} refuses this node (${detail}): if another process runs with this record, this one must not; if this folder was put back from a copy, remove this node from the cluster, empty the folder, and add the node again`,
        ),
        proof === "proven",
      );
    },
  };
}

/** Says to which cluster a node came, and whom it believed for want of a member that it knew. */
export function createArrivalLog(node: Node, logger: Logger, about: object): { onChanged(): void } {
  let wasNobody = isNobody(node.record.configuration);
  let believed: NodeId | null = null;
  return {
    onChanged() {
      const { configuration } = node.record;
      const { clusterId } = configuration;
      if (wasNobody && !isNobody(configuration)) {
        wasNobody = false;
        logger.info({ ...about, clusterId }, `belongs to the cluster with id ${clusterId}`);
      }
      if (node.believedStranger === believed) return;
      believed = node.believedStranger;
      logger.warn(
        { ...about, clusterId },
        `no member that this node knew has answered, so it believes ${believed}, which proved to be of its cluster, about who the members are now`,
      );
    },
  };
}
