import { Command, InvalidArgumentError } from "commander";
import { failover } from "./cases/failover.js";
import { handover } from "./cases/handover.js";
import { heartbeat } from "./cases/heartbeat.js";
import { presets } from "./cases/presets.js";
import { roster } from "./cases/roster.js";
import { simulator } from "./cases/simulator.js";
import { simulatorMemory } from "./cases/simulator-memory.js";
import { size } from "./cases/size.js";
import { stalls } from "./cases/stalls.js";
import { report } from "./report.js";

/** `npm run bench -- NAME [--json]`: what is measured, beside what it is measured against, in the same run. */
const program = new Command("bench");

/** A whole number from 1 on, or, for a time, from 0. */
function wholeNumber(text: string, least = 1): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least)
    throw new InvalidArgumentError(`must be a whole number from ${least}`);
  return number;
}

const count = (text: string): number => wholeNumber(text);
const duration = (text: string): number => wholeNumber(text, 0);

function add(name: string, description: string): Command {
  return program.command(name).description(description).option("--json", "one object a row");
}

add("failover", "real processes, the leader killed again and again")
  .option("--kills <count>", "kills for each cluster size", count, 100)
  .option(
    "--nodes <counts...>",
    "cluster sizes",
    (text: string, before: number[]) => [...before, count(text)],
    [],
  )
  .action(async ({ kills, nodes, json }) =>
    report(await failover(kills, nodes.length > 0 ? nodes : [3, 5]), json),
  );

add("handover", "from the loss announced to the gain announced, by transfer and by SIGTERM")
  .option("--handovers <count>", "handovers of each kind for each cluster size", count, 100)
  .action(async ({ handovers, json }) => report(await handover(handovers, [3, 5]), json));

add("heartbeat", "CPU, memory and bytes beside a bare ws ping-pong")
  .option("--rounds <count>", "rounds", count, 5)
  .option(
    "--warm-up-ms <ms>",
    "how long both run before they are measured; 0: as young processes",
    duration,
    15_000,
  )
  .action(async ({ rounds, warmUpMs, json }) => report(await heartbeat(rounds, warmUpMs, json), json));

add("presets", "what each preset loses: time after a kill, and leases in pauses of the leader's event loop")
  .option("--trials <count>", "simulated kills, and pauses of each length", count, 1000)
  .option("--kills <count>", "kills of real processes; 0 for none", duration, 30)
  .option("--pauses <count>", "pauses of real processes of each length; 0 for none", duration, 20)
  .option(
    "--quiet-seconds <count>",
    "how long five real processes are left alone; 0 for not at all",
    duration,
    60,
  )
  .action(async ({ json, ...options }) => report(await presets(options), json));

add("stalls", "KILL, STOP and TERM in turn; leases of all processes laid over each other")
  .option("--rounds <count>", "rounds", count, 60)
  .action(async ({ rounds, json }) => report(await stalls(rounds), json));

add(
  "simulator",
  "one thread: steady heartbeats and repeated elections beside a bare loop of the same event queue",
)
  .option("--nodes <count>", "cluster size", count, 5)
  .option("--events <count>", "events of each", count, 4_000_000)
  .action(async ({ nodes, events, json }) => report(await simulator(nodes, events), json));

add("simulator-memory", "the heap over many simulated events: it must not grow")
  .option("--nodes <count>", "cluster size", count, 5)
  .option("--events <count>", "events in all", count, 100_000_000)
  .action(({ nodes, events, json }) => report(simulatorMemory(nodes, events), json));

add("size", "installed size, number of packages and import time of the packed package, installed from npm")
  .option("--runs <count>", "processes that import it", count, 20)
  .option("--against <tarball>", "another tarball or version, measured in turn")
  .action(({ runs, against, json }) => report(size(runs, against), json));

add("roster", "what a beat and a peer cost a monitor of many; run node with --expose-gc for the memory")
  .option("--peers <count>", "peers", count, 100_000)
  .action(({ peers, json }) => report(roster(peers), json));

await program.parseAsync();
