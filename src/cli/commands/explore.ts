import { type Command, Option } from "commander";
import { explorationText } from "../../report/text/exploration-text.js";
import { systemClock } from "../../runtime/system-ports.js";
import type { Exploration } from "../../simulation/explore/explore.js";
import { endWithReader } from "../terminal/end-with-reader.js";
import { examples } from "../terminal/examples.js";
import { countFrom } from "../terminal/number-flags.js";
import { clearProgress, showProgress } from "../terminal/progress.js";
import { protocolModes } from "../terminal/protocol-modes.js";
import { printJson, printText } from "../terminal/terminal.js";

interface Flags {
  readonly nodes?: number;
  readonly terms?: number;
  readonly depth?: number;
  readonly crashes?: number;
  readonly duplicates?: number;
  readonly transfers?: number;
  readonly reconfigurations?: number;
  readonly forgeries?: number;
  readonly copies?: number;
  readonly inFlight?: number;
  readonly states?: number;
  readonly from?: "fresh" | "led" | "torn";
  readonly disks?: "slow" | "instant";
  readonly protocol?: Readonly<Record<string, boolean>>;
  readonly symmetry: boolean;
  readonly json?: true;
}

/** `raftbeat explore`: searches every path of events within bounds. */
export function addExploreCommand(program: Command): void {
  program
    .command("explore")
    .summary("search every path of events of a small cluster")
    .description(
      "Searches all states that any order of messages, timers, disk writes, crashes and restarts leads a small cluster of production nodes to, nearest first. Exits 1 if one of them breaks an invariant, and says how it comes about.",
    )
    .option("--nodes <count>", "voters, 1 to 5 (default: 3)", countFrom(0))
    .option("--terms <count>", "the highest term looked at (default: 2)", countFrom(0))
    .option("--depth <count>", "the longest path of moves looked at (default: 10)", countFrom(0))
    .option("--crashes <count>", "how many crashes may happen (default: 1)", countFrom(0))
    .option("--duplicates <count>", "how many messages may arrive twice (default: 0)", countFrom(0))
    .option("--transfers <count>", "how often a leader may be asked to hand over (default: 0)", countFrom(0))
    .option(
      "--reconfigurations <count>",
      "how often a leader may be asked to change the membership (default: 0)",
      countFrom(0),
    )
    .option(
      "--forgeries <count>",
      "how often an outsider, who is no member, may say something to a node (default: 0)",
      countFrom(0),
    )
    .option(
      "--copies <count>",
      "how often a disk may be put back to what it was before its last start (default: 0)",
      countFrom(0),
    )
    .option(
      "--in-flight <count>",
      "messages in flight on a link; of more, the stalest is lost (default: 2)",
      countFrom(0),
    )
    .option("--states <count>", "stop after so many states (default: 1000000)", countFrom(0))
    .addOption(
      new Option(
        "--from <start>",
        "all have just started, all follow a leader, or one no longer hears it (default: led)",
      ).choices(["fresh", "led", "torn"]),
    )
    .addOption(
      new Option(
        "--disks <speed>",
        "whether anything may happen while a write is under way (default: slow)",
      ).choices(["slow", "instant"]),
    )
    .option("--protocol <modes>", "modes to set, such as preVote=false", protocolModes)
    .option("--no-symmetry", "tell states apart that differ only in the names of nodes")
    .option("--json", "print one object")
    .addHelpText(
      "after",
      examples("explore --depth 8", "explore --from torn --depth 8 --protocol quorumCheck=false"),
    )
    .action(async (flags: Flags) => {
      endWithReader();
      const result = await search(flags);
      process.exitCode = result.violation === null ? 0 : 1;
    });
}

async function search({ json, protocol, ...bounds }: Flags): Promise<Exploration> {
  const { defaultExploreOptions, explore } = await import("../../simulation/explore/explore.js");
  const options = {
    ...defaultExploreOptions,
    ...bounds,
    modes: { ...defaultExploreOptions.modes, ...protocol },
    onProgress: showStates,
  };
  const clock = systemClock();
  const startedMs = clock.nowMs();
  const result = explore(options);
  const wallMs = clock.nowMs() - startedMs;
  clearProgress();
  const { onProgress: _, ...told } = options;
  if (json) printJson({ ...told, ...result, wallMs });
  else printText(explorationText(result, wallMs, options.depth));
  return result;
}

function showStates(states: number, depth: number): void {
  showProgress(`explore: ${states} states, depth ${depth}`);
}
