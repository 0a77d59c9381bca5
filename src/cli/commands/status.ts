import type { Command } from "commander";
import type { StatusReply } from "../../observability/http/status-reply.js";
import { printable } from "../../printable.js";
import { textTable } from "../../report/text/text-table.js";
import { nodeVariables } from "../../settings/node-settings.js";
import { askAll, type NodeAnswer } from "../client/cluster-client.js";
import { addClientOptions, planClient } from "../settings/client-plan.js";
import { examples } from "../terminal/examples.js";
import { printJson, printText } from "../terminal/terminal.js";

/** `raftbeat status`: what running nodes say of themselves. */
export function addStatusCommand(program: Command): void {
  addClientOptions(
    program
      .command("status")
      .summary("show who leads, as running nodes see it")
      .description(
        "Shows who leads, as running nodes see it. Exits 0 if one of them knows a leader, else 1.",
      ),
  )
    .addHelpText(
      "after",
      examples("status", "status --url http://127.0.0.1:8401,http://127.0.0.1:8402 --json"),
    )
    .action(async (flags: Record<string, unknown>) => {
      const plan = planClient(flags, process.env, nodeVariables);
      const answers = await askAll(plan);
      if (plan.json) printJson({ nodes: answers });
      else printText(statusText(answers));
      process.exitCode = answers.some(({ status }) => status?.leader != null) ? 0 : 1;
    });
}

/** Who leads, the nodes asked, and the members as the best informed of them sees them. */
export function statusText(answers: readonly NodeAnswer[]): string {
  const best = bestInformed(answers);
  const nodes = textTable([["node", "role", "term", "lease", "at"], ...answers.map(nodeRow)]);
  if (best === null) return nodes;
  const members = textTable([
    ["member", "kind", "address", `seen by ${printable(best.id)}`],
    ...memberRows(best),
  ]);
  const remarks = remarksOf(answers).map((remark) => `${remark}\n`);
  return `${headline(best)}\n${remarks.join("")}\n${nodes}\n${members}`;
}

/** Why nodes know no leader, and what leaders warn of. A node of another version may say neither. */
function remarksOf(answers: readonly NodeAnswer[]): string[] {
  return answers.flatMap(({ status }) => {
    if (status === null) return [];
    const { id, whyNoLeader = null, warnings = [] }: Partial<StatusReply> = status;
    const why = whyNoLeader === null ? [] : [`${id} knows no leader: ${whyNoLeader}`];
    return [...why, ...warnings.map((warning) => `${id} warns: ${warning}`)].map(printable);
  });
}

/** The leader, else the node at the highest term. */
function bestInformed(answers: readonly NodeAnswer[]): StatusReply | null {
  const statuses = answers.flatMap(({ status }) => (status === null ? [] : [status]));
  const rank = ({ isLeader, leader, term }: StatusReply) =>
    [Number(isLeader), Number(leader !== null), term] as const;
  statuses.sort((a, b) => rank(b)[0] - rank(a)[0] || rank(b)[1] - rank(a)[1] || rank(b)[2] - rank(a)[2]);
  return statuses[0] ?? null;
}

function headline({ cluster, clusterId, leader, term, leaderMetadata }: StatusReply): string {
  const who = leader === null ? "no leader known" : `${leader} leads`;
  const metadata = leaderMetadata === null ? "" : ` (${printable(leaderMetadata)})`;
  // A node of another version may not say it.
  const id = typeof clusterId === "string" ? `\ncluster id ${printable(clusterId)}` : "";
  return `${printable(`${cluster}: ${who}`)}, term ${term}${metadata}${id}`;
}

function nodeRow(answer: NodeAnswer): string[] {
  const { url, status } = answer;
  if (status === null) return ["?", "no answer", "-", "-", printable(answer.problem)];
  const { id, role, term, isLeader, leaseRemainingMs, removed, isolated } = status;
  const kind = status.arbiter ? `${role}, arbiter` : role;
  const state = removed ? "removed" : isolated ? `${kind}, isolated` : kind;
  return [
    printable(id),
    printable(state),
    String(term),
    isLeader ? (leaseRemainingMs === null ? "no end" : `${Math.round(leaseRemainingMs)} ms`) : "-",
    url,
  ];
}

function memberRows({ id, voters, observers, peers }: StatusReply): string[][] {
  const row = (kind: string) => (member: { readonly id: string; readonly address: string }) => {
    const peer = peers.find((each) => each.id === member.id);
    const seen =
      peer?.amnesiac === true
        ? "came back without its votes"
        : peer?.connected === true
          ? "connected"
          : `no link${peer?.problem == null ? "" : ` (${printable(peer.problem)})`}`;
    return [printable(member.id), kind, printable(member.address), member.id === id ? "itself" : seen];
  };
  return [...voters.map(row("voter")), ...observers.map(row("observer"))];
}
