import { advicePage } from "../../report/pages/advice-page.js";
import { adviceText } from "../../report/text/advice-text.js";
import { openThreads } from "../../simulation/jobs/thread-executor.js";
import { type AdviceReport, type AdviceRequest, reportAdvice } from "../../tuning/advice/report.js";
import { jobs } from "../../tuning/job-table.js";
import { type SituationFlags, situationOf } from "../client/situation.js";
import { refuseUnwritable, writeOutput } from "../terminal/output-file.js";
import { clearProgress, showProgress } from "../terminal/progress.js";
import { printJson, printText } from "../terminal/terminal.js";

/** What `raftbeat advise` is told. */
export interface AdviseFlags extends SituationFlags {
  readonly falsePerMonth: number;
  readonly messages: number;
  readonly quick?: true;
  readonly runs: number;
  readonly quietMinutes: number;
  readonly seed: number;
  readonly workers?: number;
  readonly json?: true;
  readonly html?: string;
}

/**
 * Advises and gives the exit code.
 * @throws RaftbeatError `invalidSettings`, and what asking the nodes of `--from` may lead to
 */
export async function runAdvise(flags: AdviseFlags): Promise<number> {
  if (flags.html !== undefined) refuseUnwritable("--html", flags.html);
  const limits = { falsePerMonth: flags.falsePerMonth, messagesPerFollower: flags.messages };
  const request = { ...(await situationOf(flags)), limits, seed: flags.seed };
  const report = flags.quick ? await reportAdvice(request, null) : await played(request, flags);
  if (flags.json) printJson(report, withoutRuns);
  else printText(adviceText(report));
  if (flags.html !== undefined) writeOutput("--html", flags.html, advicePage(report));
  return (report.doubts ?? []).length > 0 ? 1 : 0;
}

/** Hundreds of numbers say no more than their mean and percentiles; the page draws them. */
function withoutRuns(key: string, value: unknown): unknown {
  return key === "recoveriesMs" ? undefined : value;
}

async function played(
  request: AdviceRequest,
  { runs, quietMinutes, workers }: AdviseFlags,
): Promise<AdviceReport> {
  const executor = await openThreads(jobs, "sweep", workers);
  showProgress("advise: playing it ...");
  const onProgress = (done: number, all: number) =>
    showProgress(`advise: played ${Math.floor((100 * done) / all)} %`);
  try {
    return await reportAdvice(request, { runs, quietMinutes, executor, onProgress });
  } finally {
    clearProgress();
    await executor.close();
  }
}
