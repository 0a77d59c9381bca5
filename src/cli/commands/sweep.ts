import { type Command, InvalidArgumentError } from "commander";
import { examples } from "../terminal/examples.js";
import { countFrom, wholeNumber } from "../terminal/number-flags.js";
import type { SweepFlags } from "./run-sweep.js";

/** The metrics whose precision may be asked for; the first is the default. Held to those of the sweep by the compiler. */
const metrics = [
  "recoveryMs",
  "detectionMs",
  "firstElectionMs",
  "unavailableMs",
] as const satisfies SweepFlags["metric"][];

/** `raftbeat sweep`: plays a scenario with every combination of some settings. */
export function addSweepCommand(program: Command): void {
  program
    .command("sweep")
    .summary("play a scenario with every combination of some settings")
    .description(
      "Plays a scenario with every combination of the values given for some of its settings, with the same seeds, until each " +
        "combination's mean is known precisely enough. Combinations that contradict themselves are listed and not played. " +
        "Invariants are checked in the first ten runs of each combination; exits 0 iff none was broken.",
    )
    .argument(
      "<scenario>",
      "a file in YAML or JSON, or the name of a scenario of the package (see raftbeat simulate --list)",
    )
    .requiredOption(
      "--vary <path=values>",
      "a setting and its values: timing.heartbeatIntervalMs=10,20,50 or network.loss=0..0.2/5 or " +
        "timing.electionTimeout.minMs=100..3200/6log; give it once for each setting. timing.electionTimeout.jitterMs is " +
        "what maxMs is above minMs",
      (text: string, before: string[] = []) => [...before, text],
    )
    .option("--metric <name>", `whose mean is to be precise: ${metrics.join(", ")}`, metricName, metrics[0])
    .option("--precision <ratio>", "half of its 95 % interval, as a part of it", ratio, 0.05)
    .option("--runs <count>", "play no combination more often", countFrom(1, 1e6), 10_000)
    .option("--min-runs <count>", "play none less often", countFrom(1, 1e6), 100)
    .option(
      "--quiet-minutes <count>",
      "simulated minutes in which false elections are counted",
      countFrom(1, 1e6),
      5,
    )
    .option("--seed <seed>", "the first run's seed; run k of every combination has seed + k - 1", wholeNumber)
    .option("--workers <count>", "threads to work on (default: one for each core)", countFrom(1, 512))
    .option("--resume <state>", "go on from this file if it is there, and keep in it how far the work is")
    .option("--csv <file>", "write a table")
    .option("--html <file>", "write a page of figures")
    .option("--json", "print one object a combination")
    .addHelpText(
      "after",
      examples(
        "sweep leader-crash --vary timing.heartbeatIntervalMs=50,100 --runs 200",
        "sweep leader-crash --vary network.loss=0..0.2/3 --vary network.transport=datagram,stream --html sweep.html",
      ),
    )
    .action(async (file: string, flags: SweepFlags) => {
      // Loads the simulator only now: a node, which does without, starts sooner.
      const { sweepFile } = await import("./run-sweep.js");
      process.exitCode = await sweepFile(file, flags);
    });
}

function metricName(text: string): (typeof metrics)[number] {
  const found = metrics.find((metric) => metric === text);
  if (found === undefined) throw new InvalidArgumentError(`${text} is none of ${metrics.join(", ")}`);
  return found;
}

function ratio(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < 1)) throw new InvalidArgumentError(`${text} is no number between 0 and 1`);
  return number;
}
