import { unseenRateAtMost } from "../../tuning/statistics/confidence.js";
import type { CellSummary } from "../../tuning/sweep/cell-summary.js";
import type { SweepMetric } from "../../tuning/sweep/metric.js";
import type { Answer } from "../pages/figure.js";
import { shortNames, valueText } from "./sweep-values.js";

/** What a sweep's metric is called in a sentence. */
const metricWords: Readonly<Record<SweepMetric, string>> = {
  recoveryMs: "mean recovery",
  detectionMs: "mean detection time",
  firstElectionMs: "mean first election",
  unavailableMs: "mean time without a leader",
};

/** A sweep before all its numbers: the combination with the least mean, what it costs in false elections, and what so many minutes can tell. */
export function sweepAnswer(summaries: readonly CellSummary[]): Answer {
  const played = summaries.filter(({ refused }) => refused === null);
  const sound = played.filter(
    ({ metricMean, recovered, runs, violations }) =>
      metricMean !== null && recovered === runs && violations.length === 0,
  );
  const sorted = sound.toSorted((a, b) => (a.metricMean as number) - (b.metricMean as number));
  const [best] = sorted;
  const last = sorted.at(-1);
  if (best === undefined || last === undefined)
    return { lead: "No combination recovered in every run.", facts: countFacts(summaries, played, sound) };
  const calm = sorted.find(({ falseElections }) => falseElections === 0);
  const front = played.filter(({ onFront }) => onFront).length;
  const word = metricWords[best.metric];
  // What is soonest by false elections is half an answer.
  const calmText =
    calm === undefined || calm === best
      ? ""
      : `; without a false election: ${meanText(calm)} with ${settingsText(calm)}`;
  return {
    lead: `Least ${word}: ${meanText(best)} with ${settingsText(best)}${calmText}`,
    facts: [
      ["costs", costText(best)],
      ...(calmText === "" ? [] : [["calm", costText(calm as CellSummary)] as const]),
      ...(last === best ? [] : [["most", `${meanText(last)} with ${settingsText(last)}`] as const]),
      ...(front === 0
        ? []
        : [
            [
              "front",
              `${front} of ${played.length} combinations that no other beats in both detection time and false elections`,
            ] as const,
          ]),
      ...seenFacts(played),
      ...countFacts(summaries, played, sound),
    ],
  };
}

function meanText({ metricMean, metricHalfWidth }: CellSummary): string {
  const spread =
    metricHalfWidth === null || !Number.isFinite(metricHalfWidth) ? "" : ` +- ${metricHalfWidth.toFixed(1)}`;
  return `${(metricMean as number).toFixed(1)}${spread} ms`;
}

function settingsText({ settings }: CellSummary): string {
  const names = shortNames(Object.keys(settings));
  const values = Object.values(settings);
  return names.map((name, place) => `${name} ${valueText(values[place])}`).join(", ");
}

function costText({ falseElections, quietHours, messagesPerSecond }: CellSummary): string {
  const messages = messagesPerSecond === null ? "" : `; ${messagesPerSecond.toFixed(1)} messages/s`;
  return `${falseElections} false ${falseElections === 1 ? "election" : "elections"} in ${minutesText(quietHours)}${messages}`;
}

/** What was not seen in so many minutes is bounded by them alone. */
function seenFacts(played: readonly CellSummary[]): Answer["facts"] {
  const hours = Math.max(0, ...played.map(({ quietHours }) => quietHours));
  if (hours === 0) return [];
  const bound = Number(unseenRateAtMost(hours).toPrecision(2));
  return [
    [
      "watched",
      `${minutesText(hours)} without faults of each: none seen leaves up to ${bound} false elections an hour (3/t, at 95 %)`,
    ],
  ];
}

function countFacts(
  summaries: readonly CellSummary[],
  played: readonly CellSummary[],
  sound: readonly CellSummary[],
): Answer["facts"] {
  const refused = summaries.length - played.length;
  const broken = played.filter(({ violations }) => violations.length > 0).length;
  const stuck = played.length - sound.length - broken;
  const runs = played.reduce((sum, cell) => sum + cell.runs, 0);
  const left = [
    ...(refused === 0 ? [] : [`${refused} refused, as their settings contradict each other`]),
    ...(stuck <= 0 ? [] : [`${stuck} did not recover in every run`]),
    ...(broken === 0 ? [] : [`${broken} BROKE A PROMISE`]),
  ];
  return [["played", [`${played.length} combinations, ${runs} runs`, ...left].join("; ")]];
}

function minutesText(hours: number): string {
  return `${Number((60 * hours).toPrecision(3))} min`;
}
