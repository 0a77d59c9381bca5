import { type Command, Option } from "commander";
import { beatSettings } from "../../settings/beats-settings.js";
import { examples } from "../terminal/examples.js";
import { planBeat } from "./beat-plan.js";

/** `raftbeat beat`: beats while a command runs. */
export function addBeatCommand(program: Command): void {
  const command = program
    .command("beat")
    .summary("beat to a watcher while a command runs")
    .description(
      "Beats to `raftbeat watch`, or to a service with listenBeats, while the command runs, passes signals on to it, and ends with its exit code. " +
        "Says goodbye if the command ends well, or if raftbeat itself was asked to end; if the command fails, the watcher suspects it at once. " +
        "Without a command it beats until it is asked to end.",
    )
    .argument("[command...]", "what to run, after --");
  for (const { flag, help } of Object.values(beatSettings)) command.addOption(new Option(flag, help));
  command.addHelpText(
    "after",
    examples(
      "beat --to ws://127.0.0.1:7500 --id nightly -- node job.js",
      "beat --to ws://127.0.0.1:7500 --id laptop --interval 500ms",
    ),
  );
  command.action(async (words: readonly string[], flags: Record<string, unknown>) => {
    const plan = planBeat({ flags, environment: process.env, file: null }, words);
    const { runBeat } = await import("./run-beat.js");
    process.exitCode = await runBeat(plan);
  });
}
