import type { Timing, TimingInput } from "../../protocol/index.js";
import { advicePage } from "../../report/pages/advice-page.js";
import { adviceText } from "../../report/text/advice-text.js";
import { openWorkers, workerCount } from "../../simulation/jobs/thread-executor.js";
import { advise } from "../../tuning/advice/advise.js";
import {
  type CheckHands,
  checkAdvice,
  jobCountOf,
  type SimulatedFigures,
} from "../../tuning/advice/check-advice.js";
import { doubtsOf } from "../../tuning/advice/doubts.js";
import { brokenLimits } from "../../tuning/advice/limits.js";
import type { AdviceReport, JudgedSettings } from "../../tuning/advice/report.js";
import { yardsticksOf } from "../../tuning/advice/yardsticks.js";
import { expectationOf } from "../../tuning/model/expectation.js";
import type { NetworkPreset, NetworkProfile } from "../../tuning/model/network-profile.js";
import type { QuietJob, QuietResult, RunsJob, RunsResult } from "../../tuning/sweep/worker.js";
import { situationOf } from "../client/situation.js";
import { refuseUnwritable, writeOutput } from "../terminal/output-file.js";
import { clearProgress, showProgress } from "../terminal/progress.js";
import { printJson, printText } from "../terminal/terminal.js";

/** What `raftbeat advise` is told. */
export interface AdviseFlags {
  readonly from?: readonly string[];
  readonly network?: NetworkPreset;
  readonly rtt?: readonly [number, number];
  readonly loss?: number;
  readonly stall?: number;
  readonly longestStall?: number;
  readonly measuredHours?: number;
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

/** Advises and gives the exit code. Errors: `invalidSettings`, and what asking the nodes of `--from` may lead to. */
export async function runAdvise(flags: AdviseFlags): Promise<number> {
  if (flags.html !== undefined) refuseUnwritable("--html", flags.html);
  const { profile, source, present, measuredMs } = await situationOf(flags);
  const limits = { falsePerMonth: flags.falsePerMonth, messagesPerFollower: flags.messages };
  const yardsticks = yardsticksOf(profile, present);
  const advice = advise(
    profile,
    limits,
    yardsticks.map(({ timing }) => timing),
  );
  const judge = (name: string, timing: Timing): Omit<JudgedSettings, "simulated"> => ({
    name,
    timing,
    expected: expectationOf(profile, timing),
    broken: brokenLimits(profile, limits, timing),
  });
  const judged = [
    judge("advised", advice.timing),
    ...yardsticks.map(({ name, timing }) => judge(name, timing)),
  ] as const;
  const simulated = flags.quick
    ? new Map<string, SimulatedFigures>()
    : await simulate(profile, playedOf(judged, present !== null), flags);
  const [advised, ...others] = judged.map((one) => ({ ...one, simulated: simulated.get(one.name) ?? null }));
  const settings = [advised as JudgedSettings, ...others] as const;
  const report: AdviceReport = {
    profile,
    source,
    measuredMs,
    limits,
    bindings: advice.bindings,
    settings,
    seed: flags.seed,
    doubts: doubtsOf(profile, settings[0]),
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

/** Settings that leave a cluster without a leader for minutes are not worth the hours it takes to see it. */
const longestLeaderlessMs = 60_000;

/** What is played: the advice, and what it is put beside; of the presets the default, and that only where the present settings are not known. */
function playedOf(
  judged: readonly Omit<JudgedSettings, "simulated">[],
  isPresentKnown: boolean,
): Omit<JudgedSettings, "simulated">[] {
  return judged.filter(({ name, expected }) => {
    if (name === "advised") return true;
    if (name.startsWith("preset ") && (isPresentKnown || name !== "preset lan")) return false;
    return expected.leaderlessMeanMs < longestLeaderlessMs;
  });
}

async function simulate(
  profile: NetworkProfile,
  played: readonly Omit<JudgedSettings, "simulated">[],
  { runs, quietMinutes, seed, workers: asked }: AdviseFlags,
): Promise<Map<string, SimulatedFigures>> {
  const workers = await openWorkers<RunsJob | QuietJob, RunsResult | QuietResult>(
    new URL("../../../dist/tuning/sweep/worker.js", import.meta.url),
    workerCount(asked),
  );
  const plan = { profile, timings: played.map(({ timing }) => timing), runs, quietMinutes, seed };
  const jobs = jobCountOf(plan);
  let done = 0;
  const work = async (job: RunsJob | QuietJob) => {
    const result = await workers.run(job);
    done++;
    showProgress(`advise: played ${Math.floor((100 * done) / jobs)} %`);
    return result;
  };
  const hands: CheckHands = {
    runs: (job) => work(job) as Promise<RunsResult>,
    quiet: (job) => work(job) as Promise<QuietResult>,
  };
  showProgress("advise: playing it ...");
  try {
    const figures = await checkAdvice(plan, hands);
    return new Map(played.map(({ name }, place) => [name, figures[place] as SimulatedFigures]));
  } finally {
    clearProgress();
    await workers.close();
  }
}
