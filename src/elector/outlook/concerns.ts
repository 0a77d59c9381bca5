import {
  isMetadataRefused,
  type Leader,
  type Node,
  type NodeId,
  quorumSize,
  shortestIntervalTooLongFor,
  voterOf,
} from "../../protocol/index.js";
import { type Outlook, silentTimeouts } from "./outlook.js";
import { deafness } from "./why-no-leader.js";

/** Something an operator should see to, true at this moment. */
export interface Concern {
  /** The same for as long as it is the same concern. */
  readonly key: string;
  readonly sentence: string;
}

/** What a leader finds wrong with its cluster; nothing where the node does not lead. */
export function concernsOf(node: Node, outlook: Outlook): Concern[] {
  const { role } = node;
  if (role.name !== "leader") return [];
  const survivable = survivableFailures(node, outlook.nowMs()) ?? 0;
  const concerns: Concern[] = [];
  for (const { id } of node.record.configuration.voters) {
    if (id === node.id || isAlive(node, role, id, outlook.nowMs())) continue;
    concerns.push({
      key: `dead ${id}`,
      sentence: `voter ${id} ${problemOf(id, outlook)}; ${left(survivable)}`,
    });
  }
  for (const id of role.peers.keys()) {
    const hold = shortHold(node, role, id);
    const timing = hold === null ? otherTiming(node, role, id) : null;
    if (hold !== null) concerns.push({ key: `hold ${id}`, sentence: hold });
    if (timing !== null) concerns.push({ key: `timing ${id}`, sentence: timing });
    if (isMetadataRefused(node, id))
      concerns.push({
        key: `metadata ${id}`,
        sentence: `${id} does not get this node's metadata and goes without: does its path drop large packets (MTU)?`,
      });
  }
  return concerns;
}

/** How many more voters may fail before nobody can be elected, as a leader sees it; null where the node does not lead. */
export function survivableFailures(node: Node, nowMs: number): number | null {
  const { role } = node;
  if (role.name !== "leader") return null;
  const { voters } = node.record.configuration;
  const alive = voters.filter(({ id }) => id === node.id || isAlive(node, role, id, nowMs));
  return Math.max(0, alive.length - quorumSize(voters.length));
}

/** False for a voter that has not answered for so long that it counts as failed. */
function isAlive({ settings }: Node, role: Leader, id: NodeId, nowMs: number): boolean {
  const ackedAtMs = role.peers.get(id)?.ackedAtMs ?? Number.NEGATIVE_INFINITY;
  return nowMs - ackedAtMs <= silentTimeouts * settings.quorumTimeoutMs;
}

function problemOf(id: NodeId, outlook: Outlook): string {
  if (outlook.isDeaf(id)) return deafness;
  if (outlook.isConnected(id)) return "has a link and does not accept heartbeats";
  return `does not answer (${outlook.linkProblem(id) ?? "no link"})`;
}

function left(count: number): string {
  if (count === 0) return "the cluster survives no further failure";
  return `the cluster survives ${count} more ${count === 1 ? "failure" : "failures"}`;
}

/** A voter whose hold is too short for any heartbeat of this leader (rule 13). */
function shortHold(node: Node, role: Leader, id: NodeId): string | null {
  const holdMs = role.peers.get(id)?.promisedHoldMs ?? Number.POSITIVE_INFINITY;
  const shortestMs = shortestIntervalTooLongFor(node, holdMs);
  if (shortestMs === null || voterOf(node.record.configuration, id) === undefined) return null;
  return `${id} holds votes for ${holdMs} ms only, and this leader sends no heartbeats faster than every ${shortestMs} ms: a lease that rests on ${id} lapses between two of them: give all members the same timing`;
}

function otherTiming({ settings }: Node, role: Leader, id: NodeId): string | null {
  const peer = role.peers.get(id);
  if (peer === undefined || peer.electionTimeoutMaxMs === null) return null;
  const { voteHoldMs, electionTimeout } = settings;
  if (peer.promisedHoldMs === voteHoldMs && peer.electionTimeoutMaxMs === electionTimeout.maxMs) return null;
  if (peer.promisedHoldMs === Number.POSITIVE_INFINITY) return null;
  return `${id} has another timing than this leader: it holds votes for ${peer.promisedHoldMs} ms (here ${voteHoldMs}) and waits up to ${peer.electionTimeoutMaxMs} ms for a leader (here ${electionTimeout.maxMs}): give all members the same`;
}
