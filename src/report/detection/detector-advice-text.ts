import type { DetectorWish, MeasuredLink } from "../../liveness/qos/configurator.js";
import type { DetectorRecommendation } from "../../tuning/advice/detector-advice.js";
import { timeWords } from "../../tuning/detection/detection-study.js";
import type { Answer } from "../pages/figure.js";
import { answerText } from "../text/answer-text.js";

/** What was asked, what is known, and what came out. */
export interface DetectorAdviceReport {
  readonly wish: DetectorWish & { readonly mistakeDurationMs: number };
  readonly link: MeasuredLink;
  /** Where what is known of the link comes from, in words. */
  readonly source: string;
  /** The silence that is to be tolerated whatever the link does, and where that comes from. */
  readonly leastPauseMs: number;
  readonly pauseSource: string;
  readonly recommendation: DetectorRecommendation;
}

/** What the promise rests on, a sentence each. */
export function assumptionsOf({
  link,
  leastPauseMs,
  pauseSource,
}: Omit<DetectorAdviceReport, "recommendation">): string[] {
  return [
    link.kind === "datagram"
      ? "datagrams: each beat is lost or late independently of the others"
      : "a stream (TCP, WebSocket): what is lost is sent again, late, and holds up the beats behind it; so one beat counts, not several",
    link.exceeds === undefined
      ? "of the delay mean and deviation alone are known: the promise is Cantelli's bound, which holds for every distribution"
      : "the delay's distribution is that of the network's model",
    `a sender pauses for ${timeWords(leastPauseMs)} at most (${pauseSource}): a longer silence than the tolerated pause is a mistake. A pause of the observer is none (docs/liveness.md, A1)`,
    "the detector is nfdE; the mean of its last 32 arrivals is taken to be the mean delay",
  ];
}

/** A snippet to paste; null of a wish that cannot be kept. */
export function snippetOf({ recommendation }: Pick<DetectorAdviceReport, "recommendation">): string | null {
  if (!recommendation.achievable) return null;
  const { intervalMs, pauseMs } = recommendation;
  return [
    'import { createMonitor, createPulse } from "raftbeat/liveness";',
    "",
    `const monitor = createMonitor({ intervalMs: ${intervalMs}, pauseMs: ${pauseMs} });`,
    `const pulse = createPulse({ id: "worker-1", intervalMs: ${intervalMs}, send: (beat) => monitor.beat(beat.id, beat) });`,
    "",
  ].join("\n");
}

/** What a person reads of advice on a failure detector. */
export function detectorAdviceText(report: DetectorAdviceReport): string {
  const snippet = snippetOf(report);
  return `${answerText(answerOf(report))}${snippet === null ? "" : `\n${snippet}`}`;
}

function answerOf(report: DetectorAdviceReport): Answer {
  const { wish, link, source, recommendation } = report;
  const known: [string, string] = [
    "link",
    `${source}: ${link.kind}s, ${Number((100 * link.loss).toPrecision(3))} % of the beats lost, delay ${timeWords(link.delayMs)} on average, deviation ${timeWords(link.deviationMs)}`,
  ];
  const wished: [string, string] = [
    "wished",
    `a crash suspected within ${timeWords(wish.detectionMs)}; at most ${wish.mistakesPerMonth} ${wish.mistakesPerMonth === 1 ? "mistake" : "mistakes"} a month of 30 days, of ${timeWords(wish.mistakeDurationMs)} at most on average`,
  ];
  const assumed = assumptionsOf(report).map((text): [string, string] => ["assumed", text]);
  if (recommendation.achievable) {
    const { intervalMs, pauseMs, detectionMs, mistakeRecurrenceMs, mistakesPerMonth } = recommendation;
    return {
      lead: `Beat every ${timeWords(intervalMs)} and tolerate a pause of ${timeWords(pauseMs)}: --interval ${intervalMs}ms --pause ${pauseMs}ms.`,
      facts: [
        wished,
        [
          "promised",
          `a crash is suspected within ${timeWords(detectionMs)}; a mistake every ${timeWords(mistakeRecurrenceMs)} or more seldom (${Number(mistakesPerMonth.toPrecision(2))} a month)`,
        ],
        known,
        ...assumed,
      ],
    };
  }
  const { reason, detectionMsThatWouldDo, mistakesPerMonthThatWouldDo } = recommendation;
  const ways = [
    ...(detectionMsThatWouldDo === null
      ? []
      : [`allow ${timeWords(detectionMsThatWouldDo)} for the detection`]),
    ...(mistakesPerMonthThatWouldDo === null
      ? []
      : [`allow ${mistakesPerMonthThatWouldDo} mistakes a month`]),
    ...(link.exceeds === undefined
      ? ["tell the delay's distribution instead of its mean and deviation: --rtt p50,p99 or --network"]
      : []),
  ];
  return {
    lead: `This wish cannot be kept: ${reason}.`,
    facts: [wished, ...ways.map((text): [string, string] => ["would do", text]), known, ...assumed],
  };
}
