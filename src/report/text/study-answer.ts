import type { StudyResult } from "../../tuning/study/result.js";
import type { Answer } from "../pages/figure.js";

/** A median this near to the published one, in percent, agrees with it. */
const nearPercent = 5;

/** A study before all its numbers: what came out, in a sentence, of what it asks. */
export function studyAnswer(question: string, results: readonly StudyResult[]): Answer {
  const timed = results.filter(({ row }) => numberOf(row["p50Ms"]) !== null);
  const sorted = timed.toSorted((a, b) => medianOf(a) - medianOf(b));
  const [soonest] = sorted;
  const latest = sorted.at(-1);
  const extremes =
    soonest === undefined || latest === undefined || soonest === latest
      ? null
      : ([
          `${nameOf(soonest)} (${medianOf(soonest)} ms)`,
          `${nameOf(latest)} (${medianOf(latest)} ms)`,
        ] as const);
  const compared = realText(results) ?? modelText(results) ?? publishedText(results) ?? ledText(results);
  const unfinished = results.filter(({ row }) => Number(row["finished"]) < Number(row["trials"]));
  return {
    lead:
      compared ??
      (extremes === null
        ? `${results.length} cases were played.`
        : `Soonest in the median: ${extremes[0]}; latest: ${extremes[1]}.`),
    facts: [
      ...(question === "" ? [] : [["asked", question] as const]),
      ...(compared === null || extremes === null
        ? []
        : [["soonest", extremes[0]] as const, ["latest", extremes[1]] as const]),
      ...(unfinished.length === 0
        ? []
        : [["unfinished", `in some trials of ${unfinished.map(nameOf).join("; ")}`] as const]),
    ],
  };
}

/** Real processes beside the simulator. */
function realText(results: readonly StudyResult[]): string | null {
  const [real] = results;
  const p50 = numberOf(real?.row["p50OfSimulated"]);
  const p90 = numberOf(real?.row["p90OfSimulated"]);
  if (p50 === null || p90 === null) return null;
  return `Real processes take ${p50} times as long as simulated ones in the median, and ${p90} times in the 90th percentile.`;
}

/** Closed forms beside the simulator. */
function modelText(results: readonly StudyResult[]): string | null {
  const errors = results.flatMap(({ row }) => numberOf(row["standardErrors"]) ?? []);
  if (errors.length === 0) return null;
  const most = Math.max(...errors.map(Math.abs));
  return `The closed form is within ${most} standard errors of the simulator in all ${errors.length} cases.`;
}

function publishedText(results: readonly StudyResult[]): string | null {
  const off = results.flatMap((result) => {
    const published = numberOf(result.row["publishedP50Ms"]);
    return published === null ? [] : [{ result, percent: 100 * (medianOf(result) / published - 1) }];
  });
  const [worst] = off.toSorted((a, b) => Math.abs(b.percent) - Math.abs(a.percent));
  if (worst === undefined) return null;
  const near = off.filter(({ percent }) => Math.abs(percent) <= nearPercent).length;
  return `The median is within ${nearPercent} % of the published one in ${near} of ${off.length} cases; furthest off: ${nameOf(worst.result)} (${worst.percent.toFixed(1)} %).`;
}

function ledText(results: readonly StudyResult[]): string | null {
  const watched = results.flatMap((result) => {
    const percent = numberOf(result.row["availabilityPercent"]);
    return percent === null ? [] : [{ result, percent }];
  });
  const sorted = watched.toSorted((a, b) => b.percent - a.percent);
  const [most] = sorted;
  const least = sorted.at(-1);
  if (most === undefined || least === undefined) return null;
  return `Most of the time a leader: ${nameOf(most.result)} (${most.percent} %); least: ${nameOf(least.result)} (${least.percent} %).`;
}

function medianOf({ row }: StudyResult): number {
  return Number(row["p50Ms"]);
}

function nameOf({ labels }: StudyResult): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label} ${value}`)
    .join(", ");
}

function numberOf(value: string | number | boolean | null | undefined): number | null {
  return typeof value === "number" ? value : null;
}
