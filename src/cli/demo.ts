import { type Command, Option } from "commander";
import * as v from "valibot";
import { type Preset, presets } from "../protocol/index.js";
import type { DemoEvent, DemoSignal, Spread } from "./demo-event.js";
import { runDemo } from "./run-demo.js";
import { invalid } from "./setting-sources.js";
import { wholeBetween } from "./setting-values.js";

const defaults = { replicas: "3", kills: "5", signal: "KILL", timing: "lan" } as const;

/** How long a leader is left in peace. */
const pauseMs = 2000;

/** `raftbeat demo`: real replicas, whose leader is ended again and again. Exits 0 iff every kill got a leader and no leases overlapped. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .summary("watch replicas elect a leader while it is killed again and again")
    .option("--replicas <count>", "processes, 3 to 9", defaults.replicas)
    .option("--kills <count>", "how often the leader is ended, 1 to 1000", defaults.kills)
    .addOption(
      new Option("--signal <signal>", "how").choices(["KILL", "STOP", "TERM"]).default(defaults.signal),
    )
    .addOption(new Option("--timing <name>", "preset").choices(Object.keys(presets)).default(defaults.timing))
    .option("--json", "print one JSON object a line")
    .action(demo);
}

interface Flags {
  readonly replicas: string;
  readonly kills: string;
  readonly signal: DemoSignal;
  readonly timing: Preset;
  readonly json?: boolean;
}

async function demo({ replicas, kills, signal, timing, json = false }: Flags): Promise<void> {
  const replicaCount = count("--replicas", replicas, 3, 9);
  const killCount = count("--kills", kills, 1, 1000);
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  let beganAtMs: number | null = null;
  const totals = await runDemo(
    { replicaCount, killCount, signal, timing, pauseMs },
    (event, atMs) => {
      beganAtMs ??= atMs;
      const sinceMs = atMs - beganAtMs;
      console.log(json ? JSON.stringify({ ...event, atMs: round(sinceMs) }) : line(event, sinceMs));
    },
    controller.signal,
  );
  const { failoversMs, leadersPerTermMax, leaseOverlapMs, termCount } = totals;
  const failoverMs = spread(failoversMs);
  const summary: DemoEvent = {
    event: "summary",
    replicas: replicaCount,
    kills: killCount,
    signal,
    failoverMs,
    leadersPerTermMax,
    leaseOverlapMs: round(leaseOverlapMs),
  };
  if (json) console.log(JSON.stringify(summary));
  else {
    console.log(`\n${failoversMs.length} failovers in ${termCount} terms, milliseconds`);
    console.table(failoverMs === null ? {} : { failover: failoverMs });
    console.log(`leaders per term: ${leadersPerTermMax}   overlap of leases: ${round(leaseOverlapMs)} ms`);
  }
  const kept = leadersPerTermMax === 1 && leaseOverlapMs === 0 && failoversMs.length === killCount;
  if (!kept) process.exitCode = 1;
}

function count(flag: string, text: string, min: number, max: number): number {
  const result = v.safeParse(wholeBetween(min, max), text);
  if (result.success) return result.output;
  throw invalid(`${flag} ${text} must be a whole number from ${min} to ${max}`);
}

function line(event: DemoEvent, sinceMs: number): string {
  return `${(sinceMs / 1000).toFixed(3).padStart(8)} s  ${sentence(event)}`;
}

function sentence(event: DemoEvent): string {
  switch (event.event) {
    case "begun":
      return `${event.replicas.join(", ")} start with timing ${event.timing}; their votes are in ${event.folder}`;
    case "elected":
      return `${event.id} leads in term ${event.term}${event.failoverMs === null ? "" : `, ${round(event.failoverMs)} ms after the kill`}`;
    case "lost":
      return `${event.id} leads no longer (${event.reason})`;
    case "killed":
      return `${event.id} gets SIG${event.signal} (${event.kill})`;
    case "restarted":
      return `${event.id} is back`;
    case "woke":
      return `${event.id} wakes after ${round(event.stalledMs)} ms and says that it ${event.isLeader ? "LEADS" : "does not lead"}`;
    case "follows":
      return `${event.id} follows ${event.leader} in term ${event.term}`;
    case "summary":
      return "";
  }
}

function spread(valuesMs: readonly number[]): Spread | null {
  const sorted = [...valuesMs].sort((a, b) => a - b);
  const at = (q: number): number => round(sorted[Math.round((sorted.length - 1) * q)] ?? 0);
  return sorted.length === 0 ? null : { min: at(0), p50: at(0.5), p90: at(0.9), max: at(1) };
}

function round(valueMs: number): number {
  return Math.round(valueMs * 10) / 10;
}
