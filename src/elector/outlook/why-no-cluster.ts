import { foundedWithout, missingFounders, type Node, type NodeId } from "../../protocol/index.js";
import type { Outlook } from "./outlook.js";

/** Why a node belongs to no cluster yet, and what to do about it: the same kind of sentence as `whyNoLeader` (rules 21 and 28). */
export function whyNoCluster(node: Node, outlook: Pick<Outlook, "linkProblem">): string {
  const { arrival, id } = node;
  if (arrival?.kind !== "founding")
    return "this node waits to be added: no member of a running cluster that it believes has told it the members yet";
  const unmet = missingFounders(node).map((one) => `${one} (${outlook.linkProblem(one) ?? "no link yet"})`);
  const missing = unmet.length === 0 ? "" : `this node has not met ${unmet.join(", ")}`;
  const elsewhere = foundedWithout(node);
  if (elsewhere.length === 0)
    return `the cluster is not founded yet: ${missing === "" ? "the founders are met" : missing}; start the missing founders, or name those to go without in absentFounders`;
  const cluster = arrival.met.get(elsewhere[0] as NodeId)?.standing.clusterId;
  const rest = missing === "" ? "" : `, and ${missing}`;
  return `this node cannot found the cluster: ${elsewhere.join(", ")} already founded one (id ${cluster}) with another record of ${id}, or with other founders${rest}; if ${id} has lost its record, have the leader remove it and add it again; if a majority has, see \`raftbeat recover\``;
}
