import type { Command } from "commander";
import { RaftbeatError } from "../../errors.js";
import { checkSettings, planCheck } from "../check/check-plan.js";
import { examples } from "../terminal/examples.js";
import { onInterrupt } from "../terminal/on-interrupt.js";

/** `raftbeat check`: the health of backends, as a load balancer sees it. */
export function addCheckCommand(program: Command): void {
  const command = program
    .command("check")
    .summary("check backends as a load balancer does")
    .description(
      "Probes backends by HTTP and TCP, and shows which are up and which a load balancer would use. On a terminal a table, else a line for " +
        "each change. With --once it exits 0 if all are up and 1 if one is down; else it runs until it is interrupted, and exits 0.",
    )
    .argument(
      "[backends...]",
      "http:// and https:// URLs, and tcp://host:port, each with NAME= before it if you like",
    );
  for (const { flag, help } of Object.values(checkSettings)) command.option(flag, help);
  command
    .option("--once", "end as soon as every backend is found up or down")
    .option("--json", "print an object for each event, probes too; with --once one object at the end")
    .addHelpText(
      "after",
      examples(
        "check http://127.0.0.1:3000/healthz db=tcp://127.0.0.1:5432 --rise 2 --fall 3",
        "check a=http://127.0.0.1:3001/ b=http://127.0.0.1:3002/ --serve 127.0.0.1:8500 --http-allow-changes",
      ),
    )
    .action(async (backends: string[], flags: Record<string, unknown>) => {
      const plan = planCheck(backends, flags);
      // Loaded only now: a node, which does without, starts sooner.
      const { runCheck } = await import("../check/run-check.js");
      const interrupted = onInterrupt();
      const areUp = await runCheck(plan, screen(), interrupted);
      if (plan.once && interrupted.aborted)
        throw new RaftbeatError("aborted", "interrupted before all was known");
      process.exitCode = areUp ? 0 : 1;
    });
}

function screen(): { readonly isTerminal: boolean; readonly coloured: boolean } {
  const { NO_COLOR = "", TERM } = process.env;
  const isTerminal = process.stdout.isTTY === true && TERM !== "dumb";
  return { isTerminal, coloured: isTerminal && NO_COLOR === "" };
}
