import { type Command, InvalidArgumentError, Option } from "commander";
import type { DetectorAdviceFlags } from "../detection/advise-detector.js";
import { addDetectorFlags, refuseOthers } from "../detection/detector-flags.js";
import { examples } from "../terminal/examples.js";
import { countFrom } from "../terminal/number-flags.js";
import type { AdviseFlags } from "./run-advise.js";

/** The networks to begin with; held to those of the tuning by the compiler. */
const networks = ["lan", "oneRegion", "threeRegion", "lossyMobile"] as const satisfies NonNullable<
  AdviseFlags["network"]
>[];

/** `raftbeat advise`: recommends settings for a network. */
export function addAdviseCommand(program: Command): void {
  const command = program
    .command("advise")
    .summary("recommend heartbeat interval and timeouts for a network, or settings of a failure detector")
    .description(
      "Recommends heartbeat interval, election timeout and quorum timeout for a network, says what they will give and which constraint " +
        "holds each, and plays them against the present settings, etcd's defaults and etcd's rule of thumb. Exits 1 if the simulation does not bear them out.",
    )
    .option("--from <url,url,..>", "take what running nodes measured, from their HTTP addresses", urls)
    .option("--network <name>", `begin with ${networks.join(", ")}`, network)
    .option("--rtt <p50,p99>", "round trips between members, ms", pair)
    .option("--loss <share>", "of messages, one way, such as 0.01", number)
    .option("--stall <p99>", "how late the timers of a busy process are, ms", number)
    .option("--longest-stall <ms>", "the longest that was seen; a timeout must outlast it", number)
    .option(
      "--measured-hours <hours>",
      "for how long these were measured; the longest stall is taken to come once in it (default: 24)",
      number,
    )
    .option("--write <ms>", "what a durable write takes", number)
    .option("--nodes <count>", "voters", number)
    .option("--mtbf <hours>", "mean time between failures of the leader", number)
    .option("--present <heartbeat,min-max>", "the present settings, ms (default: those of --from)", present)
    .option("--false-per-month <count>", "at most so many leaderships lost for nothing", number, 1)
    .option(
      "--messages <count>",
      "at most so many a second between the leader and each follower",
      number,
      200,
    )
    .option("--quick", "do not play it")
    .option("--runs <count>", "simulated crashes of each of the settings", countFrom(1, 1e6), 200)
    .option(
      "--quiet-minutes <count>",
      "simulated minutes of each in which false elections are counted",
      countFrom(1, 1e6),
      20,
    )
    .addOption(
      new Option(
        "--transport <kind>",
        "what carries the messages: a stream, as of WebSockets, sends what is lost again, a datagram does not (default: stream)",
      ).choices(["stream", "datagram"]),
    )
    .option("--seed <seed>", "the first run's seed", countFrom(1, 1e6), 1)
    .option("--workers <count>", "threads to work on (default: one for each core)", countFrom(1, 512))
    .option("--html <file>", "draw the trade-off into one page, and with what was played the distributions")
    .option("--json", "print one object")
    .addHelpText(
      "after",
      examples(
        "advise --rtt 0.5,2 --loss 0.01 --present 50,150-300 --html advice.html",
        "advise --detector --detect 5s --mistakes-per-month 1",
      ),
    )
    .action(
      async (flags: AdviseFlags & DetectorAdviceFlags & { readonly detector?: true }, command: Command) => {
        const isDetector = flags.detector === true;
        refuseOthers(command, isDetector);
        if (isDetector) {
          const { adviseDetector } = await import("../detection/advise-detector.js");
          process.exitCode = await adviseDetector(flags);
          return;
        }
        // Loads the simulator only now: a node, which does without, starts sooner.
        const { runAdvise } = await import("./run-advise.js");
        process.exitCode = await runAdvise(flags);
      },
    );
  addDetectorFlags(command);
}

function network(text: string): (typeof networks)[number] {
  const found = networks.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`${text} is none of ${networks.join(", ")}`);
  return found;
}

/** @param before those given already: the flag may be given again */
function urls(text: string, before: readonly string[] = []): string[] {
  const all = text.split(",").map((url) => url.trim().replace(/\/+$/, ""));
  for (const url of all)
    if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
      throw new InvalidArgumentError(`${url} must be an http:// or https:// address`);
  return [...new Set([...before, ...all])];
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError(`${text} is no number`);
  return value;
}

function pair(text: string): readonly [number, number] {
  const parts = text.split(",").map(number);
  const [p50, p99] = parts;
  if (parts.length !== 2 || p50 === undefined || p99 === undefined)
    throw new InvalidArgumentError(`${text} must be two numbers such as 0.5,2`);
  return [p50, p99];
}

function present(text: string): AdviseFlags["present"] {
  const found = /^([\d.]+),([\d.]+)-([\d.]+)$/.exec(text);
  if (found === null) throw new InvalidArgumentError(`${text} must be such as 50,150-300`);
  const [heartbeatIntervalMs, minMs, maxMs] = found.slice(1).map(number) as [number, number, number];
  return { heartbeatIntervalMs, electionTimeout: { minMs, maxMs } };
}
