import { RaftbeatError } from "../../errors.js";
import type { MeasuredLink } from "../../liveness/qos/configurator.js";
import { assumptionsOf, detectorAdviceText, snippetOf } from "../../report/detection/detector-advice-text.js";
import { recommendDetector } from "../../tuning/advice/detector-advice.js";
import { linkOfProfile } from "../../tuning/advice/link-of-profile.js";
import { linkFiguresOf } from "../../tuning/qos/measured-link.js";
import { type SituationFlags, situationOf } from "../client/situation.js";
import { printJson, printText } from "../terminal/terminal.js";
import { readTrace } from "./read-trace.js";

/** What `raftbeat advise --detector` is told. */
export interface DetectorAdviceFlags extends SituationFlags {
  readonly detect?: number;
  readonly mistakesPerMonth: number;
  readonly mistakeLasts: number;
  readonly link?: "datagram" | "stream";
  readonly delayMean?: number;
  readonly delayDeviation?: number;
  readonly trace?: string;
  readonly interval?: number;
  readonly json?: true;
}

/** What ordinary pauses of a process in one region are taken to last at most (docs/tuning.md). */
const assumedStallMs = 350;

/**
 * Recommends interval and pause of a failure detector, and gives the exit code: 1 where the wish cannot be kept.
 * @throws RaftbeatError `invalidSettings`
 */
export async function adviseDetector(flags: DetectorAdviceFlags): Promise<number> {
  const { detect, mistakesPerMonth, mistakeLasts } = flags;
  if (detect === undefined)
    throw refused("--detector: say within which time a crash is to be suspected, such as --detect 5s");
  const wish = { detectionMs: detect, mistakesPerMonth, mistakeDurationMs: mistakeLasts };
  const { link, source } = await linkOf(flags);
  const pause =
    flags.longestStall === undefined
      ? {
          leastPauseMs: assumedStallMs,
          pauseSource: "assumed, as the timing cloud does; --longest-stall tells it",
        }
      : { leastPauseMs: flags.longestStall, pauseSource: "as told" };
  const recommendation = recommendDetector(wish, link, pause.leastPauseMs);
  const report = { wish, link, source, ...pause, recommendation };
  if (flags.json) {
    const { exceeds, ...figures } = link;
    const knows = exceeds === undefined ? "mean and deviation" : "distribution";
    printJson({
      wish,
      link: { ...figures, source, knows },
      ...recommendation,
      assumed: assumptionsOf(report),
      snippet: snippetOf(report),
    });
  } else printText(detectorAdviceText(report));
  return recommendation.achievable ? 0 : 1;
}

/** A trace, mean and deviation, or a network; the last is assumed where nothing is told. */
async function linkOf(flags: DetectorAdviceFlags): Promise<{ link: MeasuredLink; source: string }> {
  const { trace, interval, delayMean, delayDeviation, loss, network, rtt, from } = flags;
  const kind = flags.link ?? flags.transport ?? "stream";
  const told = [
    ["--trace", trace !== undefined],
    ["--delay-mean", delayMean !== undefined || delayDeviation !== undefined],
    ["--network", network !== undefined],
    ["--rtt", rtt !== undefined],
    ["--from", from !== undefined],
  ].flatMap(([name, isGiven]) => (isGiven === true ? [name] : []));
  if (told.length > 1)
    throw refused(`${told.join(" and ")}: give one of them, as each tells the link's delays`);
  if (interval !== undefined && trace === undefined)
    throw refused("--interval says at which interval the sender of --trace beats: give both");
  if (trace !== undefined) {
    if (loss !== undefined)
      throw refused("--loss and --trace: give one of them, as a trace has its own losses");
    const { name, trace: beats } = readTrace(trace, interval);
    const { exceeds: _, ...figures } = linkFiguresOf(beats);
    return {
      link: { ...figures, kind },
      source: `measured in ${name}, delays counted from the fastest beat`,
    };
  }
  if (delayMean !== undefined || delayDeviation !== undefined) {
    if (delayMean === undefined || delayDeviation === undefined)
      throw refused("--delay-mean and --delay-deviation: give both");
    return {
      link: { loss: loss ?? 0, delayMs: delayMean, deviationMs: delayDeviation, kind },
      source: "as told",
    };
  }
  const assumed =
    rtt === undefined && from === undefined && network === undefined
      ? ({ network: "oneRegion" } as const)
      : {};
  const { profile, source } = await situationOf({ ...flags, ...assumed, transport: kind });
  return {
    link: linkOfProfile(profile),
    source: "network" in assumed ? "assumed, since nothing was told: network oneRegion" : source,
  };
}

function refused(message: string): RaftbeatError {
  return new RaftbeatError("invalidSettings", message);
}
