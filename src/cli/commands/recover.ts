import { existsSync } from "node:fs";
import type { Command } from "commander";
import { nanoid } from "nanoid";
import { RaftbeatError } from "../../errors.js";
import {
  type DurableRecord,
  emptyRecord,
  furthestAhead,
  memberOf,
  membersOf,
  recoveredRecord,
} from "../../protocol/index.js";
import { address, id } from "../../schemas/identifiers.js";
import { check } from "../../settings/setting-sources.js";
import { text, wholeBetween } from "../../settings/setting-values.js";
import { fileVoteStore } from "../../storage/file-vote-store.js";
import { examples } from "../terminal/examples.js";
import { printText } from "../terminal/terminal.js";

const settings = {
  data: { flag: "--data <folder>", schema: text, help: "the folder of the node to begin again from" },
  aboveTerm: {
    flag: "--above-term <n>",
    schema: wholeBetween(0, furthestAhead / 2),
    help: "the highest term (fencing token) that anybody has seen: the next leader has a higher one",
  },
  cluster: { flag: "--cluster <name>", schema: id, help: "name of the cluster, if the folder is empty" },
  id: { flag: "--id <id>", schema: id, help: "name of the node, if the folder is empty" },
  address: {
    flag: "--address <url>",
    schema: address,
    help: "where the others reach the node (default: as on record)",
  },
} as const;

/** `raftbeat recover`: begins a cluster again from one node, after a majority of its records was lost. */
export function addRecoverCommand(program: Command): void {
  const command = program
    .command("recover")
    .summary("begin again from one node, after a majority lost its records")
    .description(
      "Makes the node of this folder the only voter of a cluster with another cluster id, from which the others are added again. Run it on one node, with every node of the cluster stopped. Without --yes it says what it would do.",
    );
  for (const { flag, help } of Object.values(settings)) command.option(flag, help);
  command.addHelpText(
    "after",
    examples("recover --data ./try-a --above-term 41", "recover --data ./try-a --above-term 41 --yes"),
  );
  command.option("--yes", "do it").action(async ({ yes, ...flags }: Record<string, unknown>) => {
    printText(await recover(flags, yes === true));
  });
}

/**
 * Does it, or says what it would do.
 * @throws RaftbeatError `invalidSettings`, and those of the vote store
 */
export async function recover(flags: Readonly<Record<string, unknown>>, really: boolean): Promise<string> {
  const given = (key: keyof typeof settings): unknown => {
    const value = flags[key];
    return value === undefined
      ? undefined
      : check(settings[key], settings[key].flag.split(" ")[0] ?? "", value);
  };
  const data = given("data") as string | undefined;
  const aboveTerm = given("aboveTerm") as number | undefined;
  if (data === undefined) throw missing("--data", "the folder of the node to begin again from");
  if (aboveTerm === undefined)
    throw missing("--above-term", "the highest term that any service or storage has seen from this cluster");
  if (!existsSync(data))
    throw new RaftbeatError(
      "invalidSettings",
      `--data ${data} is not there: give a folder, an empty one if all records are lost`,
    );
  const store = fileVoteStore(data);
  try {
    const stored = await new Promise<DurableRecord | null>((resolve, reject) =>
      store.open((error, record) => (error === null ? resolve(record) : reject(error))),
    );
    const owner = ownerOf(stored, given("cluster") as string, given("id") as string);
    const before = stored ?? emptyRecord(nanoid(), 0, owner);
    const known = memberOf(before.configuration, owner.id)?.address;
    const reached = (given("address") as string | undefined) ?? known;
    if (reached === undefined) throw missing("--address", "where the other members reach this node");
    const record = recoveredRecord(before, { id: owner.id, address: reached }, aboveTerm, nanoid());
    if (really)
      await new Promise<void>((resolve, reject) =>
        store.write(record, (error) => (error === null ? resolve() : reject(error))),
      );
    return words(before, record, reached, really);
  } finally {
    await new Promise<void>((resolve) => store.close(resolve));
  }
}

/** Whose record it is; of an empty folder, whose it is said to be. */
function ownerOf(
  record: DurableRecord | null,
  cluster?: string,
  node?: string,
): { cluster: string; id: string } {
  if (record === null) {
    if (cluster === undefined) throw missing("--cluster", "the name of the cluster, as the folder is empty");
    if (node === undefined) throw missing("--id", "the name of the node, as the folder is empty");
    return { cluster, id: node };
  }
  const { run } = record;
  for (const [flag, told, found] of [
    ["--cluster", cluster, run.cluster],
    ["--id", node, run.id],
  ] as const)
    if (told !== undefined && told !== found)
      throw new RaftbeatError(
        "wrongRecord",
        `${flag} ${told} is not what the folder holds: the record of node ${run.id} of cluster ${run.cluster}`,
      );
  return run;
}

function missing(flag: string, what: string): RaftbeatError {
  return new RaftbeatError("invalidSettings", `${flag} is missing: give ${what}`);
}

function words(before: DurableRecord, record: DurableRecord, reached: string, done: boolean): string {
  const { run, configuration, term } = record;
  const others = membersOf(before.configuration)
    .map((member) => member.id)
    .filter((one) => one !== run.id);
  const first = done
    ? `${run.id} is now the only voter of cluster ${run.cluster}, with the cluster id ${configuration.clusterId}; its next leader has a term above ${term}.`
    : `With --yes, ${run.id} (at ${reached}) would become the only voter of cluster ${run.cluster}, under another cluster id; its next leader would have a term above ${term}.`;
  const rest = others.length === 0 ? "each other node" : others.join(", ");
  const last = done
    ? ""
    : "Be sure that every node of the cluster is stopped, and that a majority of the records is really lost: what the others knew counts no longer.\n";
  return `${first}\nThen start ${run.id} alone; and for ${rest}: empty its folder, start it, and \`raftbeat reconfigure --add\` it.\n${last}`;
}
