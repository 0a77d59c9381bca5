import { RaftbeatError } from "../../errors.js";
import { detectionStudyText } from "../../report/detection/detection-study-text.js";
import type { DetectionStudy } from "../../tuning/detection/detection-study.js";
import { playDetectors } from "../../tuning/detection/detectors-study.js";
import { endWithReader } from "../terminal/end-with-reader.js";
import { writeOutput } from "../terminal/output-file.js";
import { clearProgress, showProgress } from "../terminal/progress.js";
import { printJson, printText } from "../terminal/terminal.js";
import { readTrace } from "./read-trace.js";

/** What a study of failure detectors is told. */
export interface DetectionFlags {
  readonly beats?: number;
  readonly trials?: number;
  readonly workers?: number;
  readonly seed: number;
  readonly trace?: string;
  readonly interval?: number;
  readonly json?: true;
  readonly html?: string;
}

/**
 * Plays a study of failure detectors and prints what came out.
 * @throws RaftbeatError `invalidSettings` of a trace that is none
 */
export async function playDetectionStudy(study: DetectionStudy, flags: DetectionFlags): Promise<void> {
  const { name, question, defaultBeats } = study;
  const { beats = defaultBeats, seed, trace, interval } = flags;
  if (trace !== undefined && name !== "detectors")
    throw new RaftbeatError(
      "invalidSettings",
      `--trace ${trace}: study ${name} has a world of its own; study detectors takes a trace`,
    );
  if (interval !== undefined && trace === undefined)
    throw new RaftbeatError(
      "invalidSettings",
      "--interval says at which interval the sender of --trace beats: give both",
    );
  for (const [flag, value] of Object.entries({ "--trials": flags.trials, "--workers": flags.workers }))
    if (value !== undefined)
      throw new RaftbeatError(
        "invalidSettings",
        `${flag} ${value}: study ${name} plays traces of beats on one thread; set how many with --beats`,
      );
  endWithReader();
  const onProgress = (done: number, all: number): void => {
    if (done === all) clearProgress();
    else showProgress(`study: detector ${done} of ${all}`);
  };
  const options = { beats, seed, onProgress };
  const result =
    trace === undefined ? study.play(options) : playDetectors(options, readTrace(trace, interval));
  if (flags.json) for (const row of result.rows) printJson(row);
  else printText(detectionStudyText(question, result));
  if (flags.html === undefined) return;
  const { detectionPage } = await import("../../report/detection/detection-page.js");
  writeOutput("--html", flags.html, detectionPage(name, question, result));
}
