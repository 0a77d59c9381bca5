import type { StudyResult } from "../../tuning/study/result.js";
import type { Answer } from "../pages/figure.js";

/** A median this near to the published one, in percent, agrees with it. */
const nearPercent = 5;

/** What a study found, as one sentence; null where its cases do not tell. */
type Finding = (results: readonly StudyResult[]) => string | null;

/** What answers the question of each study; of others, a comparison with what their rows are to be compared with. */
const findings: Readonly<Record<string, Finding>> = {
  "raft-figure-16": rangeText,
  "raft-figure-16-production": rangeText,
  refloated: (results) => comparedText(results, ["candidateTimeout", "backoff"]),
  "prevote-cost": (results) => comparedText(results, ["preVote"]),
  "open-questions": (results) => comparedText(results, ["question"]),
  "quorum-timeout": (results) => ledText(results, "quorumTimeoutMs"),
  transport: (results) => ledText(results, "transport"),
  pauses: changesText,
};

/** A study before all its numbers: what answers its question, in a sentence with the numbers, and how that compares. */
export function studyAnswer(name: string, question: string, results: readonly StudyResult[]): Answer {
  const timed = results.filter(({ row }) => numberOf(row["p50Ms"]) !== null);
  const sorted = timed.toSorted((a, b) => medianOf(a) - medianOf(b));
  const [soonest] = sorted;
  const latest = sorted.at(-1);
  const published = publishedText(results);
  const extremes =
    soonest === undefined || latest === undefined || soonest === latest
      ? null
      : `Median from ${medianOf(soonest)} ms (${nameOf(soonest)}) to ${medianOf(latest)} ms (${nameOf(latest)}).`;
  const found = findings[name]?.(results) ?? realText(results) ?? modelText(results) ?? extremes;
  const unfinished = results.filter(({ row }) => Number(row["finished"]) < Number(row["trials"]));
  return {
    lead: found ?? `${results.length} ${results.length === 1 ? "case was" : "cases were"} played.`,
    facts: [
      ...(question === "" ? [] : [["asked", question] as const]),
      ...(published === null ? [] : [["published", published] as const]),
      ...(extremes === null || extremes === found ? [] : [["cases", extremes] as const]),
      ...(unfinished.length === 0
        ? []
        : [
            [
              "unfinished",
              `in some trials of ${unfinished.map((result) => nameOf(result)).join("; ")}`,
            ] as const,
          ]),
    ],
  };
}

/** What a wider range of timeouts does, among those that begin alike, and what the shortest timeouts do. */
function rangeText(results: readonly StudyResult[]): string | null {
  const [first] = results;
  const begin = (result: StudyResult) => String(result.labels["range"]).split("-")[0];
  if (first === undefined) return null;
  const alike = results.filter((result) => begin(result) === begin(first));
  const best = leastBy(alike, medianOf);
  const least = leastBy(results, medianOf);
  if (best === null || best === first || least === null) return null;
  const shorter =
    begin(least) === begin(first)
      ? ""
      : `; with shorter timeouts, ${rangeOf(least)}, it is ${medianOf(least)} ms`;
  return `Randomness takes the median from ${medianOf(first)} ms (timeouts of ${rangeOf(first)}) to ${medianOf(best)} ms (${rangeOf(best)})${shorter}.`;
}

function rangeOf({ labels }: StudyResult): string {
  return `${labels["range"]} ms`;
}

/** The mean with each choice beside the first one, where the choice matters most; `chosen` are the labels that say what was chosen. */
function comparedText(results: readonly StudyResult[], chosen: readonly string[]): string | null {
  const groups = groupedBy(results, (label) => !chosen.includes(label)).map(([where, cases]) => {
    const [first, ...others] = cases;
    const ratios = others.map((one) => meanOf(one) / meanOf(first as StudyResult));
    return { where, first, others, effect: Math.max(0, ...ratios.map((ratio) => Math.abs(Math.log(ratio)))) };
  });
  const most = leastBy(groups, ({ effect }) => -effect);
  if (most === null || most.first === undefined || most.others.length === 0) return null;
  const baseMs = meanOf(most.first);
  const compared = most.others.map((one) => {
    const percent = 100 * (meanOf(one) / baseMs - 1);
    return `${meanOf(one)} ms (${percent > 0 ? "+" : ""}${percent.toFixed(0)} %) with ${nameOf(one, chosen)}`;
  });
  return `Where it matters most, ${most.where}: mean ${baseMs} ms with ${nameOf(most.first, chosen)}; ${compared.join("; ")}.`;
}

/** Which choice leads for most of the time, in each case that it was tried in and in which it makes a difference of a percent. */
function ledText(results: readonly StudyResult[], chosen: string): string | null {
  const said = groupedBy(results, (label) => label !== chosen).flatMap(([where, cases]) => {
    const most = leastBy(cases, (one) => -ledOf(one));
    const least = leastBy(cases, ledOf);
    if (most === null || least === null || ledOf(most) - ledOf(least) < 1) return [];
    return [
      `${where}: ${ledOf(most)} % with ${nameOf(most, [chosen])}, ${ledOf(least)} % with ${nameOf(least, [chosen])}`,
    ];
  });
  return said.length === 0 ? null : `Time with a leader, most and least. ${said.join("; ")}.`;
}

/** Up to which pause no leader changes, for each set of timings. */
function changesText(results: readonly StudyResult[]): string | null {
  const said = groupedBy(results, (label) => label !== "pauseMs").map(([where, cases]) => {
    const changes = ({ row }: StudyResult) => Number(row["leaderChangesPerMinute"]);
    const first = cases.findIndex((one) => changes(one) > 0);
    const pauseOf = (one: StudyResult | undefined) => `${one?.labels["pauseMs"]} ms`;
    if (first < 0) return `${where}: no leader changed, up to ${pauseOf(cases.at(-1))}`;
    const one = cases[first] as StudyResult;
    const upTo = first === 0 ? "" : `none up to ${pauseOf(cases[first - 1])}, `;
    return `${where}: ${upTo}${changes(one)} a minute from ${pauseOf(one)} on`;
  });
  return said.length === 0 ? null : `Leader changes by the length of a pause. ${said.join("; ")}.`;
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

/** Cases with the same values of those labels that `isKept`, in their order, each group with these in words. */
function groupedBy(
  results: readonly StudyResult[],
  isKept: (label: string) => boolean,
): [where: string, cases: readonly StudyResult[]][] {
  const groups = new Map<string, StudyResult[]>();
  for (const result of results) {
    const where = nameOf(result, Object.keys(result.labels).filter(isKept));
    groups.set(where, [...(groups.get(where) ?? []), result]);
  }
  return [...groups];
}

function leastBy<Item>(items: readonly Item[], numberOfItem: (item: Item) => number): Item | null {
  return items.toSorted((a, b) => numberOfItem(a) - numberOfItem(b))[0] ?? null;
}

function medianOf({ row }: StudyResult): number {
  return Number(row["p50Ms"]);
}

function meanOf({ row }: StudyResult): number {
  return Number(row["meanMs"]);
}

function ledOf({ row }: StudyResult): number {
  return Number(row["availabilityPercent"]);
}

/** A case by its labels, or by these of them. */
function nameOf({ labels }: StudyResult, which: readonly string[] = Object.keys(labels)): string {
  const [label] = which;
  // A word says by itself what it is, such as `datagram`.
  if (which.length === 1 && label !== undefined && typeof labels[label] === "string" && label !== "range")
    return labels[label];
  return which.map((label) => `${label} ${labels[label]}`).join(", ");
}

function numberOf(value: string | number | boolean | null | undefined): number | null {
  return typeof value === "number" ? value : null;
}
