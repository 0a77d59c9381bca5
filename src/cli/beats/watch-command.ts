import { type Command, Option } from "commander";
import { watchSettings } from "../../settings/beats-settings.js";
import { examples } from "../terminal/examples.js";

import { planWatch } from "./watch-plan.js";

/** `raftbeat watch`: who beats, and who does not. */
export function addWatchCommand(program: Command): void {
  const command = program
    .command("watch")
    .summary("watch processes by their beats")
    .description(
      "Takes beats of `raftbeat beat` and of services with sendBeats, and shows each sender: a table on a terminal, else one line for each change. " +
        "A sender is suspected when its beats fail to come or its connection breaks, and declared dead later. Ends when it is asked to.",
    );
  for (const { flag, help } of Object.values(watchSettings)) command.addOption(new Option(flag, help));
  command.addHelpText(
    "after",
    examples("watch --listen 7500", "watch --listen 127.0.0.1:7500 --interval 500ms --pause 2s --json"),
  );
  command.action(async (flags: Record<string, unknown>) => {
    const plan = planWatch({ flags, environment: process.env, file: null });
    const { runWatch } = await import("./run-watch.js");
    process.exitCode = await runWatch(plan);
  });
}
