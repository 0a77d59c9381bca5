import { styleText } from "node:util";
import type { Recording, RoleSpan } from "../recording/run-data.js";

/** How a timeline is written. */
export interface TextTimelineOptions {
  readonly widthChars: number;
  readonly coloured: boolean;
}

type Style = Parameters<typeof styleText>[0];
type Mark = "L" | "l" | "C" | "P" | "·" | "x" | "z";

const styles: Readonly<Record<Mark, Style>> = {
  L: ["green", "bold"],
  l: "green",
  C: ["magenta", "bold"],
  P: "yellow",
  "·": "dim",
  x: "red",
  z: "blue",
};

const words: Readonly<Record<Mark, string>> = {
  L: "leads with a lease",
  l: "leader without",
  C: "candidate",
  P: "pre-candidate",
  "·": "follows",
  x: "down",
  z: "paused",
};

/** What shows in a column in which a node was several things: the rarer one. */
const byWeight: readonly Mark[] = ["·", "L", "l", "P", "C", "z", "x"];

/**
 * A run in characters: a row a node, columns of time, and below them when faults struck (`!`) and lasted (`-`). Shows the time in
 * which something changed, with some before and after, and says what it leaves out.
 */
export function textTimeline(recording: Recording, { widthChars, coloured }: TextTimelineOptions): string {
  const { nodes, faults } = recording;
  const nameChars = Math.max(6, ...nodes.map((id) => id.length));
  const columnCount = Math.max(20, widthChars - nameChars - 1);
  const { fromMs, untilMs } = shownTime(recording);
  const columnMs = (untilMs - fromMs) / columnCount;
  const columns = Array.from({ length: columnCount }, (_, index) => fromMs + index * columnMs);
  const paint = (style: Style, text: string) =>
    coloured ? styleText(style, text, { validateStream: false }) : text;
  const seen = new Set<Mark>();
  const rows = nodes.map((id, node) => {
    const marks = columns.map((atMs) => markAt(recording, node, atMs, atMs + columnMs));
    for (const mark of marks) seen.add(mark);
    return `${id.padEnd(nameChars)} ${runsOf(marks)
      .map(({ mark, text }) => paint(styles[mark], text))
      .join("")}`;
  });
  const faultRow = columns.map((atMs) => faultAt(recording, atMs, atMs + columnMs)).join("");
  const first = recording.beganMs ?? 0;
  const lines = [
    `seed ${recording.seed}, ${spanWords(recording, fromMs, untilMs)}`,
    ...rows,
    ...(faults.length === 0 ? [] : [`${"faults".padEnd(nameChars)} ${paint("red", faultRow.trimEnd())}`]),
    `${"".padEnd(nameChars)} ${axis(columnCount, fromMs - first, columnMs)}`,
    paint("dim", legendOf(seen)),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** Only what occurs, so that it fits. */
function legendOf(seen: ReadonlySet<Mark>): string {
  const marks = (Object.keys(words) as Mark[]).filter((mark) => seen.has(mark));
  return marks.map((mark) => `${mark} ${words[mark]}`).join("  ");
}

/** From a little before the observation to a little after the last change in it. */
function shownTime({ beganMs, endMs, roles, faults, leases }: Recording): {
  fromMs: number;
  untilMs: number;
} {
  const began = beganMs ?? 0;
  const changes = [
    ...roles.flat().map(({ fromMs }) => fromMs),
    ...faults.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs ?? fromMs]),
    ...leases.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]),
  ].filter((atMs) => atMs > began && atMs < endMs);
  const lastMs = changes.reduce((last, atMs) => Math.max(last, atMs), began);
  const lasted = lastMs > began ? lastMs - began : endMs - began;
  const fromMs = Math.max(0, began - lasted / 10);
  return { fromMs, untilMs: Math.max(Math.min(endMs, began + lasted * 1.15), fromMs + 1) };
}

function spanWords(recording: Recording, fromMs: number, untilMs: number): string {
  const { beganMs, endMs, isCutOff, recoveredMs } = recording;
  const after =
    endMs - untilMs < 1
      ? ""
      : `; nothing changes in the ${seconds(endMs - untilMs)} after ${seconds(untilMs - (beganMs ?? 0))}`;
  const recovered =
    recoveredMs === null || beganMs === null || recoveredMs === beganMs
      ? ""
      : `, a leader again at ${seconds(recoveredMs - beganMs)}`;
  const cut = isCutOff ? "; cut off: too much happened to record it all" : "";
  return `${seconds(untilMs - fromMs)} of ${seconds(endMs)}${recovered}${after}${cut}`;
}

function markAt(recording: Recording, node: number, fromMs: number, untilMs: number): Mark {
  const overlaps = (span: { fromMs: number; untilMs: number }) =>
    span.fromMs < untilMs && span.untilMs > fromMs;
  let best: Mark = "·";
  const take = (mark: Mark) => {
    if (byWeight.indexOf(mark) > byWeight.indexOf(best)) best = mark;
  };
  for (const span of recording.roles[node] as readonly RoleSpan[])
    if (overlaps(span)) take(markOf(recording, node, span, fromMs, untilMs));
  if (recording.pauses.some((pause) => pause.node === node && overlaps(pause))) take("z");
  return best;
}

/** A leader counts as one with a lease if it held one throughout its part of the column. */
function markOf(recording: Recording, node: number, span: RoleSpan, fromMs: number, untilMs: number): Mark {
  switch (span.role) {
    case "leader": {
      const from = Math.max(span.fromMs, fromMs);
      const until = Math.min(span.untilMs, untilMs);
      const held = recording.leases
        .filter((lease) => lease.node === node)
        .reduce(
          (sum, lease) => sum + Math.max(0, Math.min(until, lease.untilMs) - Math.max(from, lease.fromMs)),
          0,
        );
      return held >= (until - from) / 2 ? "L" : "l";
    }
    case "candidate":
      return "C";
    case "preCandidate":
      return "P";
    case "follower":
      return "·";
    case "down":
      return "x";
  }
}

function faultAt({ faults, endMs }: Recording, fromMs: number, untilMs: number): string {
  if (faults.some((fault) => fault.fromMs >= fromMs && fault.fromMs < untilMs)) return "!";
  const lasts = faults.some((fault) => fault.fromMs < fromMs && (fault.untilMs ?? endMs) > fromMs);
  return lasts ? "-" : " ";
}

function runsOf(marks: readonly Mark[]): { mark: Mark; text: string }[] {
  const runs: { mark: Mark; text: string }[] = [];
  for (const mark of marks) {
    const last = runs.at(-1);
    if (last?.mark === mark) last.text += mark;
    else runs.push({ mark, text: mark });
  }
  return runs;
}

/** Ticks at round times, each with its label where it fits; 0 is when the observation began. */
function axis(columnCount: number, fromMs: number, columnMs: number): string {
  const stepMs = roundStep(columnMs * 12);
  let text = "";
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; ; atMs += stepMs) {
    const column = Math.floor((atMs - fromMs) / columnMs);
    const label = `|${seconds(Math.round(atMs))}`;
    if (column + label.length > columnCount) return text;
    text = text.padEnd(column) + label;
  }
}

/** The smallest of 1, 2, 5, 10, 20, ... that is not less. */
export function roundStep(atLeast: number): number {
  let step = 1;
  for (let index = 0; step < atLeast; index++) step *= index % 3 === 1 ? 2.5 : 2;
  return step;
}

function seconds(ms: number): string {
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)} ms`;
  return `${Number((ms / 1_000).toFixed(2))} s`;
}
