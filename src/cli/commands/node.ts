import { type Command, Option } from "commander";
import { beatsVariables } from "../../settings/beats-settings.js";
import { clientVariables } from "../../settings/client-settings.js";
import { planNode } from "../../settings/node-plan.js";
import { nodeSettings } from "../../settings/node-settings.js";
import { variableOf } from "../../settings/setting-sources.js";
import { readSettingsFile } from "../settings/settings-file.js";
import { examples } from "../terminal/examples.js";
import { printText } from "../terminal/terminal.js";

/** Variables that mean something to `raftbeat`, but are no settings of a node. */
const otherVariables = ["RAFTBEAT_CONFIG", ...clientVariables, ...beatsVariables];

/** `raftbeat node`: runs one member of a cluster. */
export function addNodeCommand(program: Command): void {
  const command = program
    .command("node")
    .summary("run one member of a cluster")
    .description(
      "Runs one member of a cluster and prints who leads. Each setting can be a flag, a variable (--election-timeout is " +
        `${variableOf("electionTimeout")}) or a key of the settings file (electionTimeout), in this order of precedence.`,
    )
    .option("--config <file>", "a YAML file of settings (or RAFTBEAT_CONFIG)");
  for (const { flag, help } of Object.values(nodeSettings)) command.addOption(new Option(flag, help));
  command.addHelpText(
    "after",
    examples(
      "node --cluster try --id a --voters a=ws://127.0.0.1:7401 --data ./try-a --http 127.0.0.1:8401",
      "node --cluster try --id a --voters a=ws://127.0.0.1:7401,b=ws://127.0.0.1:7402,c=ws://127.0.0.1:7403 --data ./try-a",
    ),
  );
  command.action(async ({ config, ...flags }: Record<string, unknown>) => {
    const file = config ?? process.env["RAFTBEAT_CONFIG"] ?? null;
    const plan = planNode(
      {
        flags,
        environment: process.env,
        file: typeof file === "string" ? readSettingsFile(file, nodeSettings) : null,
      },
      otherVariables,
    );
    const { runNode } = await import("../node/run-node.js");
    process.exitCode = await runNode(plan, printText);
  });
}
