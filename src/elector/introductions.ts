import { RaftbeatError } from "../errors.js";
import {
  beyondReach,
  foundedWithout,
  isNobody,
  memberOf,
  missingFounders,
  type Node,
  type NodeId,
  refusesStanding,
  standingOf,
} from "../protocol/index.js";
import type { TransportHandlers } from "../runtime/ports.js";
import type { Logger } from "./logger.js";

/** What a node says of its record when it links, and what it does about what others say. */
export type Introductions = Required<
  Pick<TransportHandlers, "recalls" | "standing" | "refusesPeer" | "refusesMessage" | "onRefusedBy">
>;

/** Makes the introductions of a node. @param fail ends the node: its record is a copy that has not gone on */
export function createIntroductions(node: Node, fail: (error: RaftbeatError) => void): Introductions {
  return {
    recalls: (peer) =>
      node.record.incarnationsMet.get(peer) ?? memberOf(node.record.configuration, peer)?.incarnation ?? null,
    standing: () => standingOf(node),
    refusesPeer: (peer, incarnation, standing) => refusesStanding(node, peer, incarnation, standing),
    refusesMessage: (_peer, message) => beyondReach(node, message),
    onRefusedBy(peer, { reason, detail }) {
      if (reason === "wrongCluster" || memberOf(node.record.configuration, peer) === undefined) return;
      fail(
        new RaftbeatError(
          "recordCopied",
          `${peer} refuses this node (${detail}): if another process runs with this record, this one must not; if this folder was put back from a copy, remove this node from the cluster, empty the folder, and add the node again`,
        ),
      );
    },
  };
}

/** Says how a node without a cluster comes to one, once for each change. */
export function createArrivalNotices(node: Node, logger: Logger, about: object): { onChanged(): void } {
  let told: string | null = null;
  let wasNobody = isNobody(node.record.configuration);
  let believed: NodeId | null = null;
  return {
    onChanged() {
      const problem = arrivalProblem(node);
      if (problem !== told && problem !== null) logger.warn(about, problem);
      told = problem;
      const { clusterId } = node.record.configuration;
      if (wasNobody && !isNobody(node.record.configuration)) {
        wasNobody = false;
        logger.info({ ...about, clusterId }, `belongs to the cluster with id ${clusterId}`);
      } else if (node.believedStranger !== believed)
        logger.warn(
          { ...about, clusterId },
          `no member that this node knew has answered, so it believes ${node.believedStranger}, which proved to be of its cluster, about who the members are now`,
        );
      believed = node.believedStranger;
    },
  };
}

/** Why a node belongs to no cluster yet and what to do about it, in a sentence; null for a node that belongs to one, or has nobody to wait for. */
export function arrivalProblem(node: Node): string | null {
  const { arrival, id } = node;
  if (arrival === null) return null;
  if (arrival.kind === "joining")
    return `waits to be added: ask the leader to add ${id} (reconfigure), and see that this node believes who tells it the members`;
  const elsewhere = foundedWithout(node);
  const missing = missingFounders(node);
  if (elsewhere.length > 0) {
    const cluster = arrival.met.get(elsewhere[0] as NodeId)?.standing.clusterId;
    const waits = missing.length > 0 ? `, and ${missing.join(", ")} not met` : "";
    return `cannot found the cluster: ${elsewhere.join(", ")} already founded one (id ${cluster}) with another record of ${id}, or with other founders${waits}. If ${id} has lost its record, have the leader remove it and add it again; if a majority has, see \`raftbeat recover\``;
  }
  if (missing.length > 0)
    return `the cluster is not founded yet: ${missing.join(", ")} not met. Start the missing founders, or name those to go without in absentFounders`;
  return null;
}
