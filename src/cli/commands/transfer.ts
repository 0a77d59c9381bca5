import type { Command } from "commander";
import type { StatusReply } from "../../observability/http/status-reply.js";
import { id } from "../../schemas/identifiers.js";
import { nodeVariables } from "../../settings/node-settings.js";
import { check } from "../../settings/setting-sources.js";
import { change, findLeader, type LeaderAt } from "../client/cluster-client.js";
import { addClientOptions, type ClientPlan, planClient } from "../settings/client-plan.js";
import { examples } from "../terminal/examples.js";
import { printJson, printText } from "../terminal/terminal.js";

const to = {
  flag: "--to <id>",
  schema: id,
  help: "which voter shall lead (default: the voter that was heard last)",
};

/** `raftbeat transfer`: hands the leadership over. */
export function addTransferCommand(program: Command): void {
  addClientOptions(
    program
      .command("transfer")
      .summary("hand the leadership over")
      .description(
        "Hands the leadership over and waits for the next leader. Asks whichever node of --url leads.",
      )
      .option(to.flag, to.help),
  )
    .addHelpText(
      "after",
      examples(
        "transfer --to b",
        "transfer --url http://127.0.0.1:8401,http://127.0.0.1:8402 --timeout-ms 5000",
      ),
    )
    .action(async ({ to: given, ...flags }: Record<string, unknown>) => {
      const plan = planClient(flags, process.env, nodeVariables);
      const transferee = given === undefined ? null : (check(to, "--to", given) as string);
      const from = await findLeader(plan);
      if (transferee === from.status.id) {
        tell(plan, from.status, from.status);
        return;
      }
      await handOver(plan, from, transferee);
      const { status } = await findLeader(plan, from.status.term);
      tell(plan, from.status, status);
      if (transferee !== null && status.id !== transferee) process.exitCode = 1;
    });
}

/** Says who led and who leads; that is the same node where it was asked to hand over to itself. */
function tell(plan: ClientPlan, from: StatusReply, { id: leader, term }: StatusReply): void {
  if (plan.json) printJson({ from: from.id, to: leader, term });
  else if (leader === from.id) printText(`${leader} leads already, in term ${term}\n`);
  else printText(`${from.id} handed over; ${leader} leads in term ${term}\n`);
}

/**
 * Asks a leader to hand over, to `transferee` or to the voter that was heard last.
 * @throws RaftbeatError as `change`
 */
export async function handOver(plan: ClientPlan, from: LeaderAt, transferee: string | null): Promise<void> {
  await change(plan, from.url, "/transfer", transferee === null ? {} : { to: transferee });
}
