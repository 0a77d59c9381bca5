import { RaftbeatError } from "../errors.js";
import { defaultPreset, resolveTiming, type Timing, type TimingInput } from "../protocol/index.js";
import { openWorkers, workerCount } from "../simulation/workers.js";
import { type Advice, advise, ruleOfThumb } from "../tuning/advise.js";
import { type CheckHands, checkAdvice, type SimulatedFigures } from "../tuning/check-advice.js";
import { type Expectation, expectationOf } from "../tuning/expectation.js";
import {
  monthHours,
  monthMs,
  type NetworkPreset,
  type NetworkProfile,
  networkPresets,
} from "../tuning/network-profile.js";
import type { QuietJob, QuietResult, RunsJob, RunsResult } from "../tuning/sweep-worker.js";
import { advicePage } from "./advice-page.js";
import { adviceText } from "./advice-text.js";
import { refuseUnwritable, writeOutput } from "./output-file.js";
import { printJson, printText } from "./terminal.js";

/** What `raftbeat advise` is told. */
export interface AdviseFlags {
  readonly from?: readonly string[];
  readonly network?: NetworkPreset;
  readonly rtt?: readonly [number, number];
  readonly loss?: number;
  readonly stall?: number;
  readonly longestStall?: number;
  readonly write?: number;
  readonly nodes?: number;
  readonly mtbf?: number;
  readonly present?: TimingInput;
  readonly falsePerMonth: number;
  readonly messages: number;
  readonly quick?: true;
  readonly runs: number;
  readonly quietMinutes: number;
  readonly transport?: "datagram" | "stream";
  readonly seed: number;
  readonly workers?: number;
  readonly json?: true;
  readonly html?: string;
}

/** Settings with what they are expected to give, and gave. */
export interface JudgedSettings {
  readonly name: "advised" | "etcd's rule" | "present";
  readonly timing: Timing;
  readonly expected: Expectation;
  /** Null with `--quick`. */
  readonly simulated: SimulatedFigures | null;
}

/** All that advice has to say; with `--json` this is printed. */
export interface AdviceReport {
  readonly profile: NetworkProfile;
  /** Where the profile comes from, in words. */
  readonly source: string;
  readonly bindings: Advice["bindings"];
  readonly settings: readonly JudgedSettings[];
  readonly seed: number;
  /** Why the simulation does not bear the advice out; empty if it does, null if it was not asked. */
  readonly doubts: readonly string[] | null;
}

/** What nobody gave or measured. */
const assumed: NetworkProfile = { ...networkPresets.oneRegion };

/** Advises and gives the exit code. Errors: `invalidSettings`, and what asking the nodes of `--from` may lead to. */
export async function runAdvise(flags: AdviseFlags): Promise<number> {
  if (flags.html !== undefined) refuseUnwritable("--html", flags.html);
  const { profile, source, present } = await situationOf(flags);
  const advice = advise(profile, {
    falsePerMonth: flags.falsePerMonth,
    messagesPerFollower: flags.messages,
  });
  const timings = [advice.timing, ruleOfThumb(profile), present] as const;
  const simulated = flags.quick ? null : await simulate(profile, timings, flags);
  const names = ["advised", "etcd's rule", "present"] as const;
  const settings = names.map((name, place): JudgedSettings => {
    const timing = timings[place] as Timing;
    return { name, timing, expected: expectationOf(profile, timing), simulated: simulated?.[place] ?? null };
  });
  const report: AdviceReport = {
    profile,
    source,
    bindings: advice.bindings,
    settings,
    seed: flags.seed,
    doubts: doubtsOf(settings[0] as JudgedSettings),
  };
  if (flags.json) printJson(report, withoutRuns);
  else printText(adviceText(report));
  if (flags.html !== undefined) writeOutput("--html", flags.html, advicePage(report));
  return (report.doubts ?? []).length > 0 ? 1 : 0;
}

/** Hundreds of numbers say no more than their mean and percentiles; the page draws them. */
function withoutRuns(key: string, value: unknown): unknown {
  return key === "recoveriesMs" ? undefined : value;
}

async function situationOf(
  flags: AdviseFlags,
): Promise<{ readonly profile: NetworkProfile; readonly source: string; readonly present: Timing }> {
  const { from, network, rtt, loss, transport, stall, longestStall, write, nodes, mtbf } = flags;
  if (from !== undefined && network !== undefined)
    throw new RaftbeatError("invalidSettings", "--from and --network: give one of them, not both");
  if (from === undefined && network === undefined && rtt === undefined)
    throw new RaftbeatError(
      "invalidSettings",
      `the network is not known: give --rtt p50,p99, --network ${Object.keys(networkPresets).join("|")} or --from URL of running nodes`,
    );
  const measured =
    from === undefined ? null : await (await import("./measured-profile.js")).measuredCluster(from);
  const given: Partial<NetworkProfile> = {
    ...(rtt === undefined ? {} : { rttP50Ms: rtt[0], rttP99Ms: rtt[1] }),
    ...(loss === undefined ? {} : { loss }),
    ...(transport === undefined ? {} : { transport }),
    ...(stall === undefined ? {} : { stallP99Ms: stall }),
    ...(longestStall === undefined ? {} : { longestStallMs: longestStall }),
    ...(write === undefined ? {} : { writeMs: write }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(mtbf === undefined ? {} : { mtbfHours: mtbf }),
  };
  const known = network === undefined ? { ...measured?.profile } : networkPresets[network];
  const guessed = (Object.keys(words) as (keyof NetworkProfile)[]).filter(
    (key) => !(key in known) && !(key in given),
  );
  const sources = [
    ...(measured === null ? [] : [`measured by ${measured.source}`]),
    ...(network === undefined ? [] : [`network ${network}`]),
    ...(Object.keys(given).length === 0 ? [] : ["flags"]),
    ...(guessed.length === 0 ? [] : [`assumed: ${guessed.map((key) => words[key]).join(", ")}`]),
  ];
  return {
    profile: { ...assumed, ...known, ...given },
    source: sources.join("; "),
    present: presentOf(flags.present ?? measured?.present ?? defaultPreset),
  };
}

const words: Readonly<Record<keyof NetworkProfile, string>> = {
  rttP50Ms: "median round trip",
  rttP99Ms: "p99 of round trips",
  loss: "loss",
  transport: "streams",
  stallP99Ms: "stalls",
  longestStallMs: "no longer stalls",
  writeMs: "writes",
  nodes: "nodes",
  mtbfHours: `failures every ${monthHours} h`,
};

function presentOf(input: TimingInput | typeof defaultPreset): Timing {
  const resolution = resolveTiming(input);
  if (!resolution.ok)
    throw new RaftbeatError("invalidSettings", `--present: ${resolution.problems.join("; ")}`);
  return resolution.timing;
}

async function simulate(
  profile: NetworkProfile,
  timings: readonly Timing[],
  { runs, quietMinutes, seed, workers: asked }: AdviseFlags,
): Promise<(SimulatedFigures | null)[]> {
  const played = timings.filter((timing) => elects(profile, timing));
  const workers = await openWorkers<RunsJob | QuietJob, RunsResult | QuietResult>(
    new URL("../../dist/tuning/sweep-worker.js", import.meta.url),
    workerCount(asked),
  );
  const hands: CheckHands = {
    runs: (job) => workers.run(job) as Promise<RunsResult>,
    quiet: (job) => workers.run(job) as Promise<QuietResult>,
  };
  if (process.stderr.isTTY) process.stderr.write("advise: playing it ...");
  try {
    const figures = await checkAdvice({ profile, timings: played, runs, quietMinutes, seed }, hands);
    return timings.map((timing) => figures[played.indexOf(timing)] ?? null);
  } finally {
    if (process.stderr.isTTY) process.stderr.write("\x1b[2K\r");
    await workers.close();
  }
}

/** Settings that leave a cluster without a leader for minutes are not worth the hours it takes to see it. */
const longestLeaderlessMs = 60_000;

function elects(profile: NetworkProfile, timing: Timing): boolean {
  return expectationOf(profile, timing).leaderlessMeanMs < longestLeaderlessMs;
}

/** The closed forms leave out what is rare; that far they may be off. */
const mostDeviation = 0.5;
/** One lapse in the minutes played says little of a month. */
const mostQuietRatio = 10;

function doubtsOf({ expected, simulated }: JudgedSettings): string[] | null {
  if (simulated === null) return null;
  const doubts: string[] = [];
  const { runs, recovered, leaderlessMeanMs, leaderlessHalfWidthMs, falseElections, falseElectionsPerHour } =
    simulated;
  if (simulated.violations.length > 0) doubts.push(`broken: ${simulated.violations.join("; ")}`);
  if (recovered < runs) doubts.push(`nobody led again in ${runs - recovered} of ${runs} crashes`);
  const offMs = Math.abs((leaderlessMeanMs ?? 0) - expected.leaderlessMeanMs) - (leaderlessHalfWidthMs ?? 0);
  if (leaderlessMeanMs !== null && offMs > mostDeviation * expected.leaderlessMeanMs)
    doubts.push(
      `a crash leaves ${leaderlessMeanMs.toFixed(1)} ms without a leader, not ${expected.leaderlessMeanMs.toFixed(1)} ms`,
    );
  if (falseElectionsPerHour.low * monthHours > expected.falseElectionsPerMonth && falseElections > 0)
    doubts.push(
      `${falseElections} false elections in ${simulated.quietHours.toFixed(1)} h are more than ${expected.falseElectionsPerMonth.toPrecision(2)} a month`,
    );
  const quietMs = simulated.quietLeaderlessShare * monthMs;
  const expectedQuietMs = expected.leaderlessPerMonthMs;
  if (quietMs > mostQuietRatio * expectedQuietMs)
    doubts.push(
      `without crashes ${(100 * simulated.quietLeaderlessShare).toPrecision(2)} % of the time has no leader: lapsed leases are not as rare as expected`,
    );
  return doubts;
}
