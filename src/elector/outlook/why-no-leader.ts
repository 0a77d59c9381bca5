import { isNobody, type Node, type NodeId, quorumSize, type Refusal, voterOf } from "../../protocol/index.js";
import type { Obstacle } from "../leadership/eligibility.js";
import { leaderOf } from "../raft/leader-known.js";
import type { LastRefusal, Outlook } from "./outlook.js";
import { whyNoCluster } from "./why-no-cluster.js";

/**
 * Why this node knows no leader, in one sentence without a beginning and a stop: what the node itself does, whom it reaches and whom not,
 * who refuses and why. Null where it knows one.
 */
export function whyNoLeader(node: Node, outlook: Outlook): string | null {
  if (leaderOf(node) !== null) return null;
  const { configuration } = node.record;
  if (isNobody(configuration)) return whyNoCluster(node, outlook);
  if (node.removed) return "this node is no member any more: it was removed";
  const parts = [standing(node, outlook), reach(node, outlook)];
  for (const { id } of configuration.voters) {
    if (id === node.id || !outlook.isConnected(id)) continue;
    const refusal = outlook.refusalOf(id);
    if (outlook.isDeaf(id)) parts.push(`${id} ${deafness}`);
    else if (refusal !== null) parts.push(`${id} refuses: ${refusalText(refusal)}`);
  }
  const said = parts.filter((part) => part !== null);
  const isUnderWay = said.length === 1 && reachesQuorum(node, outlook);
  return [...said, ...(isUnderWay ? ["an election is under way"] : [])].join("; ");
}

/** True where enough voters are linked and nothing is known to stand in the way. */
function reachesQuorum(node: Node, outlook: Outlook): boolean {
  const { voters } = node.record.configuration;
  const reached = voters.filter(({ id }) => id === node.id || outlook.isConnected(id));
  return reached.length >= quorumSize(voters.length);
}

/** What is said of a peer that has links and answers nothing over them. */
export const deafness =
  "has a link and answers neither heartbeats nor requests for votes: does its path drop large packets (MTU)?";

/** What the node itself does about it; null where it campaigns as it should. */
function standing(node: Node, outlook: Outlook): string | null {
  const { role, id, record } = node;
  if (role.name === "leader") {
    if (role.pendingHandover !== null)
      return `this node was elected in term ${record.term} and waits until ${role.pendingHandover.from}, which hands over, has drained`;
    if (role.transfer !== null) return "this node hands over";
    return `this node was elected in term ${record.term}, and too few voters answer its heartbeats for a lease`;
  }
  if (role.name === "follower" && role.leader !== null)
    return `this node hears ${role.leader} and waits to be told its metadata`;
  if (voterOf(record.configuration, id) === undefined)
    return "this node is an observer: it does not campaign";
  if (node.arbiter) return "this node is an arbiter: it votes and never leads";
  const obstacles = outlook.obstacles().map((obstacle) => obstacleWords[obstacle]);
  return obstacles.length === 0 ? null : `this node does not campaign: ${obstacles.join(", ")}`;
}

/** How many voters it takes, and whom of them the node reaches. */
function reach(node: Node, outlook: Outlook): string {
  const { voters } = node.record.configuration;
  const others = voters.map(({ id }) => id).filter((id) => id !== node.id);
  const reached = others.filter((id) => outlook.isConnected(id));
  const missed = others.filter((id) => !outlook.isConnected(id));
  const needed = `${quorumSize(voters.length)} of ${voters.length} voters are needed`;
  if (others.length === 0) return needed;
  const links = missed.map((id) => `${id} (${outlook.linkProblem(id) ?? "no link yet"})`);
  if (reached.length === 0) return `${needed}, and this node reaches none of the others: ${links.join(", ")}`;
  const reaches = `${needed}, and this node reaches ${reached.join(", ")}`;
  return missed.length === 0 ? reaches : `${reaches} but not ${links.join(", ")}`;
}

function refusalText({ reason, leader }: LastRefusal): string {
  return reason === "leaderAlive" && leader !== null ? followed(leader) : refusalWords[reason];
}

function followed(leader: NodeId): string {
  return `it follows ${leader}`;
}

/** Why a node was refused, in words that go on from "refuses: ". */
const refusalWords: Readonly<Record<Refusal, string>> = {
  staleTerm: "it is at a later term",
  alreadyVoted: "it has voted for another in this term",
  leaderAlive: "it follows a leader",
  voteHold: "it heard a leader not long ago and holds its vote",
  olderConfiguration: "it knows newer members",
  configurationMismatch:
    "it was started with other voters or absentFounders, and belongs to another cluster; give all founders the same, empty the store of the one that is wrong, and have it added again",
  notMember: "this node is none of its members",
  amnesiac:
    "it knows this node by another record, so this one has forgotten its votes; remove it and add it again",
  notReady: "it belongs to no cluster yet",
};

/** What keeps a node from campaigning, in words. */
const obstacleWords: Readonly<Record<Obstacle, string>> = {
  draining: "its service still drains",
  unhealthy: "its service is unhealthy",
  coolingDown: "its service was unhealthy and cools down",
  noRun: "whileLeader was ended",
  stopping: "it stops",
};
