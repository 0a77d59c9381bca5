import type { Command } from "commander";
import { RaftbeatError } from "../../errors.js";
import type { StatusReply } from "../../observability/http/status-reply.js";
import { id } from "../../schemas/identifiers.js";
import { nodeVariables } from "../../settings/node-settings.js";
import { check, invalid } from "../../settings/setting-sources.js";
import { members } from "../../settings/setting-values.js";
import { askAll, change, findLeader, type LeaderAt } from "../client/cluster-client.js";
import { addClientOptions, type ClientPlan, planClient } from "../settings/client-plan.js";
import { examples } from "../terminal/examples.js";
import { printJson, printText } from "../terminal/terminal.js";
import { handOver } from "./transfer.js";

const add = { flag: "--add <id=address>", schema: members, help: "add a node that runs with --join" };
const move = {
  flag: "--address <id=address>",
  schema: members,
  help: "tell the others where a member is reached from now on",
};
const remove = { flag: "--remove <id>", schema: id, help: "remove a voter or observer, the leader included" };

/** What was asked for. */
type Change =
  | { readonly add: { readonly id: string; readonly address: string; readonly voter: boolean } }
  | { readonly remove: string }
  | { readonly address: { readonly id: string; readonly address: string } };

/** `raftbeat reconfigure`: adds or removes a member, or changes its address. */
export function addReconfigureCommand(program: Command): void {
  addClientOptions(
    program
      .command("reconfigure")
      .summary("add or remove a member, or change its address")
      .description(
        "Adds or removes one member, or changes its address, and waits until a quorum has it. A leader that is to be removed hands over first.",
      )
      .option(add.flag, add.help)
      .option("--observer", "with --add: it hears, but does not vote")
      .option(remove.flag, remove.help)
      .option(move.flag, move.help),
  )
    .addHelpText(
      "after",
      examples(
        "reconfigure --add d=ws://127.0.0.1:7404 --observer",
        "reconfigure --remove c --url http://127.0.0.1:8401,http://127.0.0.1:8402",
      ),
    )
    .action(async ({ add, remove, address, observer, ...flags }: Record<string, unknown>) => {
      const plan = planClient(flags, process.env, nodeVariables);
      const wanted = changeOf({ add, remove, address }, observer === true);
      const leader = await findLeader(plan);
      if ("remove" in wanted) refuseUnknown(wanted.remove, leader.status);
      else if ("add" in wanted) refuseDemotion(wanted.add, leader.status);
      const at =
        "remove" in wanted && wanted.remove === leader.status.id ? await replace(plan, leader) : leader;
      await change(plan, at.url, "/reconfigure", wanted);
      const { status } = await findLeader(plan);
      const voters = status.voters.map((member) => member.id);
      const observers = status.observers.map((member) => member.id);
      if (plan.json) printJson({ configurationId: status.configurationId, voters, observers });
      else printText(`${membersText(status)}\n`);
    });
}

function membersText({ voters, observers }: StatusReply): string {
  const ids = (members: StatusReply["voters"]): string => members.map(({ id }) => id).join(", ");
  return `voters ${ids(voters)}${observers.length === 0 ? "" : `; observers ${ids(observers)}`}`;
}

/** A name that was mistyped must not look like a member that is gone. */
function refuseUnknown(removed: string, status: StatusReply): void {
  const { id: leader, voters, observers } = status;
  if ([...voters, ...observers].some((member) => member.id === removed)) return;
  throw new RaftbeatError(
    "reconfigureRefused",
    `--remove ${removed}: ${leader}, which leads, knows no such member, only ${membersText(status)}`,
  );
}

/** A voter is a member already, and adding it as an observer would change nothing. */
function refuseDemotion(
  { id, voter }: Extract<Change, { readonly add: unknown }>["add"],
  { voters }: StatusReply,
): void {
  if (voter || voters.every((member) => member.id !== id)) return;
  throw new RaftbeatError(
    "reconfigureRefused",
    `--add ${id} --observer: ${id} is a voter: remove it first, then add it as an observer`,
  );
}

/**
 * The one change that was asked for.
 * @throws RaftbeatError `invalidSettings`
 */
export function changeOf(
  asked: { readonly add?: unknown; readonly remove?: unknown; readonly address?: unknown },
  observer: boolean,
): Change {
  const [kind, ...more] = (["add", "remove", "address"] as const).filter((one) => asked[one] !== undefined);
  if (kind === undefined || more.length > 0)
    throw invalid(
      "reconfigure does one change at a time: give one of --add id=address, --remove id and --address id=address",
    );
  if (observer && kind !== "add") throw invalid(`--observer goes with --add, not with --${kind}`);
  if (kind === "remove") return { remove: check(remove, "--remove", asked.remove) as string };
  const setting = kind === "add" ? add : move;
  const named = Object.entries(check(setting, `--${kind}`, asked[kind]) as Record<string, string>);
  const [first] = named;
  if (first === undefined || named.length > 1)
    throw invalid(`--${kind} ${JSON.stringify(asked[kind])} must name one member: do one after the other`);
  const [id, address] = first;
  return kind === "add" ? { add: { id, address, voter: !observer } } : { address: { id, address } };
}

/** Has another voter lead, one that is among the nodes of the plan, so that it can be asked next. */
async function replace(plan: ClientPlan, leader: LeaderAt): Promise<LeaderAt> {
  const { id: leading, voters, term } = leader.status;
  const reached = (await askAll(plan)).flatMap(({ status }) => (status === null ? [] : [status.id]));
  const transferee = voters.find((member) => member.id !== leading && reached.includes(member.id));
  if (transferee === undefined)
    throw new RaftbeatError(
      "reconfigureRefused",
      `${leading} leads and cannot remove itself: give --url of another voter too, so that it can take over`,
    );
  await handOver(plan, leader, transferee.id);
  return findLeader(plan, term);
}
