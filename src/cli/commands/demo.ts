import type { Command } from "commander";
import { jsonText } from "../../printable.js";
import { defaultPreset, type Preset, presets } from "../../protocol/index.js";
import { quantiles } from "../../quantiles.js";
import { check, type Settings } from "../../settings/setting-sources.js";
import * as value from "../../settings/setting-values.js";
import type { DemoEvent, DemoSignal, Failovers } from "../demo/event.js";
import type { Totals } from "../demo/leadership-record.js";
import { type DemoPlan, runDemo } from "../demo/run-demo.js";
import { createView } from "../demo/view.js";
import { examples } from "../terminal/examples.js";
import { onInterrupt } from "../terminal/on-interrupt.js";
import { printJson, printText, wantsColours } from "../terminal/terminal.js";

const defaults: DemoPlan = {
  replicaCount: 3,
  killCount: 5,
  signal: "KILL",
  timing: defaultPreset,
  pauseMs: 3000,
};

const signals = ["KILL", "STOP", "TERM"] as const;

const settings = {
  replicas: {
    flag: "--replicas <count>",
    schema: value.wholeBetween(3, 9),
    help: `processes, 3 to 9: fewer cannot lose one (default: ${defaults.replicaCount})`,
  },
  kills: {
    flag: "--kills <count>",
    schema: value.wholeBetween(1, 10_000),
    help: `how often the leader is ended (default: ${defaults.killCount})`,
  },
  signal: {
    flag: "--signal <name>",
    schema: value.oneOf(signals),
    help: `${signals.join(", ")}: without a word, for a while, or with time to hand over (default: ${defaults.signal})`,
  },
  timing: {
    flag: "--timing <name>",
    schema: value.preset,
    help: `${Object.keys(presets).join(", ")} (default: ${defaults.timing})`,
  },
  pauseMs: {
    flag: "--pause-ms <ms>",
    schema: value.numberBetween(0, 3_600_000, "a number of milliseconds"),
    help: `how long a leader is left in peace (default: ${defaults.pauseMs})`,
  },
} as const satisfies Settings;

/** `raftbeat demo`: replicas whose leader is ended again and again. */
export function addDemoCommand(program: Command): void {
  const command = program
    .command("demo")
    .summary("watch replicas elect a leader while it is killed again and again")
    .description(
      "Runs replicas as processes of their own, with their votes on disk, and ends the leader again and again. " +
        "Exits 0 iff every kill got a new leader, no term had two, and no two leases overlapped.",
    );
  for (const { flag, help } of Object.values(settings)) command.option(flag, help);
  command.addHelpText("after", examples("demo", "demo --replicas 5 --kills 3 --signal STOP"));
  command.option("--json", "print one JSON object a line; the last is the summary").action(demo);
}

async function demo(flags: Record<string, unknown>): Promise<void> {
  const plan: DemoPlan = {
    replicaCount: given(flags, "replicas", defaults.replicaCount),
    killCount: given(flags, "kills", defaults.killCount),
    signal: given<DemoSignal>(flags, "signal", defaults.signal),
    timing: given<Preset>(flags, "timing", defaults.timing),
    pauseMs: given(flags, "pauseMs", defaults.pauseMs),
  };
  const json = flags["json"] === true;
  const coloured = wantsColours();
  const view = createView(coloured, process.stdout.columns ?? Number.POSITIVE_INFINITY);
  const interrupted = onInterrupt();
  let beganAtMs: number | null = null;
  const totals = await runDemo(
    plan,
    (event, atMs) => {
      beganAtMs ??= atMs;
      printText(json ? jsonLine(event, atMs) : view.line(event, atMs - beganAtMs), { coloured });
    },
    interrupted,
  );
  const summary = summaryOf(plan, totals);
  if (json) printJson(summary);
  else printText(view.totals(totals, `${plan.killCount} × SIG${plan.signal}`), { coloured });
  const kept = totals.failoversMs.length === plan.killCount && totals.leadersPerTermMax === 1;
  process.exitCode = kept && totals.leaseOverlapMs === 0 ? 0 : 1;
}

function given<T>(flags: Record<string, unknown>, key: keyof typeof settings, fallback: T): T {
  const setting = settings[key];
  if (flags[key] === undefined) return fallback;
  return check(setting, setting.flag.split(" ")[0] ?? key, flags[key]) as T;
}

function jsonLine(event: DemoEvent, atMs: number): string {
  return `${jsonText({ ...event, monotonicMs: atMs })}\n`;
}

function summaryOf({ replicaCount, killCount, signal }: DemoPlan, totals: Totals): DemoEvent {
  return {
    event: "summary",
    replicas: replicaCount,
    kills: killCount,
    signal,
    failoverMs: rounded(quantiles(totals.failoversMs)),
    leadersPerTermMax: totals.leadersPerTermMax,
    leaseOverlapMs: totals.leaseOverlapMs,
  };
}

/** To a thousandth of a millisecond. */
function rounded(figures: Failovers | null): Failovers | null {
  if (figures === null) return null;
  const round = (ms: number) => Math.round(ms * 1000) / 1000;
  const { min, p50, p90, max } = figures;
  return { min: round(min), p50: round(p50), p90: round(p90), max: round(max) };
}
