/**
 * Draws the failover of `failover.yaml` for the README, as the simulator played it: `npm run docs:picture`.
 * Writes `failover-light.svg` and `failover-dark.svg` beside this file.
 */

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Recorder } from "../src/report/recording/recording.js";
import type { Recording, RoleSpan } from "../src/report/recording/run-data.js";
import { messageKinds, type RoleName } from "../src/report/recording/run-words.js";
import { playWatched } from "../src/simulation/run/run.js";
import { readScenario } from "../src/simulation/scenario/scenario-file.js";

/** The colours of one picture. */
interface Colours {
  readonly ground: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly cut: string;
  readonly cutShade: string;
  readonly lease: string;
  readonly heartbeat: string;
  readonly vote: string;
  readonly onRole: string;
  readonly role: Readonly<Record<RoleName, string>>;
}

const colours: Readonly<Record<"light" | "dark", Colours>> = {
  light: {
    ground: "#ffffff",
    text: "#1a1d21",
    muted: "#59616b",
    line: "#d5d9de",
    cut: "#b3202c",
    cutShade: "#fbecec",
    lease: "#0a8a5f",
    heartbeat: "#8d97a3",
    vote: "#b4460a",
    onRole: "#ffffff",
    role: {
      leader: "#0b62b0",
      candidate: "#b4460a",
      preCandidate: "#b4460a",
      follower: "#dfe3e8",
      down: "#8c2f39",
    },
  },
  dark: {
    ground: "#15181c",
    text: "#e7eaee",
    muted: "#a3adb8",
    line: "#2b3138",
    cut: "#ff8a93",
    cutShade: "#2b1d20",
    lease: "#4cc99b",
    heartbeat: "#6d7783",
    vote: "#ff9a5c",
    onRole: "#101316",
    role: {
      leader: "#6cb2f5",
      candidate: "#ff9a5c",
      preCandidate: "#ff9a5c",
      follower: "#39414a",
      down: "#e58b94",
    },
  },
};

/** Where things stand, in pixels; times are milliseconds after the cut. */
const width = 760;
const plot = { left: 48, right: 748, top: 62, laneHeight: 74, barHeight: 24 };
const fromMs = -230;
const untilMs = 1430;
const tickMs = 200;

/** Plays the scenario and records it. */
export function recordFailover(): Recording {
  const scenario = readScenario(fileURLToPath(new URL("failover.yaml", import.meta.url)));
  const { outcome, watcher } = playWatched(scenario, scenario.seed, (cluster) => new Recorder(cluster));
  return watcher.finish(outcome);
}

/** What the picture says in words, in milliseconds after the cut. */
export interface FailoverFacts {
  readonly old: string;
  readonly next: string;
  readonly leaseEndMs: number;
  readonly elected: { readonly atMs: number; readonly term: number };
  readonly healedMs: number;
}

/** Reads who lost and won what, and when. */
export function factsOf({ beganMs, nodes, announcements, faults }: Recording): FailoverFacts {
  const began = beganMs ?? 0;
  const lost = announcements.find((each) => each.atMs > began && each.lost !== null);
  const won = announcements.find((each) => each.atMs > began && each.lost === null);
  const healed = faults[0]?.untilMs;
  if (lost === undefined || won === undefined || typeof healed !== "number")
    throw new Error("the scenario has no failover to draw");
  return {
    old: nodes[lost.node] as string,
    next: nodes[won.node] as string,
    leaseEndMs: lost.atMs - began,
    elected: { atMs: won.atMs - began, term: won.term },
    healedMs: healed - began,
  };
}

/** The picture in one of the two themes. */
export function drawFailover(recording: Recording, theme: "light" | "dark"): string {
  const paint = colours[theme];
  const began = recording.beganMs ?? 0;
  const facts = factsOf(recording);
  const bottom = plot.top + recording.nodes.length * plot.laneHeight;
  const x = (atMs: number) =>
    round(plot.left + ((atMs - fromMs) / (untilMs - fromMs)) * (plot.right - plot.left));
  const y = (node: number) => plot.top + node * plot.laneHeight + 16;
  const parts: string[] = [];
  const rect = (left: number, top: number, right: number, height: number, fill: string, more = "") =>
    parts.push(
      `<rect x="${left}" y="${top}" width="${round(right - left)}" height="${height}" fill="${fill}"${more}/>`,
    );
  const outline = (left: number, top: number, right: number, height: number, stroke: string) =>
    rect(left + 1, top + 1, right - 1, height - 2, "none", ` stroke="${stroke}" stroke-width="2"`);
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, more = "") =>
    parts.push(`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}"${more}/>`);
  const text = (left: number, top: number, words: string, fill: string, more = "") =>
    parts.push(`<text x="${left}" y="${top}" fill="${fill}"${more}>${words}</text>`);

  rect(0, 0, width, bottom + 64, paint.ground);
  rect(x(0), 36, x(facts.healedMs), bottom - 36, paint.cutShade);
  for (const atMs of [0, facts.healedMs])
    line(x(atMs), 36, x(atMs), bottom, paint.cut, ' stroke-dasharray="5 4"');
  text(x(0), 26, `the network cuts ${facts.old} off`, paint.cut);
  text(x(facts.healedMs), 26, "it is back", paint.cut, ' text-anchor="middle"');

  drawMessages(recording, paint, (atMs) => x(atMs - began), y, line);
  for (const [node, id] of recording.nodes.entries()) {
    text(10, y(node) + 17, id, paint.text, ' font-weight="bold"');
    for (const span of spansOf(recording, node)) {
      const left = x(Math.max(span.fromMs - began, fromMs));
      const right = x(Math.min(span.untilMs - began, untilMs));
      const isLeader = span.role === "leader";
      const fill = isLeader ? paint.ground : paint.role[span.role];
      rect(left, y(node), right, plot.barHeight, fill);
      if (isLeader) outline(left, y(node), right, plot.barHeight, paint.role.leader);
      const words = wordsOf(span, right - left);
      if (words !== "" && !isLeader) text(left + 8, y(node) + 17, words, paint.text);
    }
  }
  for (const lease of recording.leases) {
    const left = x(Math.max(lease.fromMs - began, fromMs));
    const right = x(Math.min(lease.untilMs - began, untilMs));
    if (right <= left) continue;
    rect(left, y(lease.node), right, plot.barHeight, paint.role.leader);
    rect(left, y(lease.node) + plot.barHeight + 2, right, 6, paint.lease);
    text(left + 8, y(lease.node) + 17, `leader, term ${lease.term}`, paint.onRole);
  }
  text(x(facts.leaseEndMs) + 8, y(recording.nodes.indexOf(facts.old)) + 17, "no lease", paint.role.leader);
  const note = ` font-size="14.5" stroke="${paint.cutShade}" stroke-width="4" paint-order="stroke"`;
  const oldNode = recording.nodes.indexOf(facts.old);
  const nextNode = recording.nodes.indexOf(facts.next);
  const below = plot.barHeight + 24;
  text(
    x(facts.leaseEndMs),
    y(oldNode) + below,
    `${ms(facts.leaseEndMs)}: the lease of ${facts.old} has ended`,
    paint.lease,
    note,
  );
  text(
    x(facts.elected.atMs),
    y(nextNode) + below,
    `${ms(facts.elected.atMs)}: ${facts.next} is elected and holds the lease`,
    paint.lease,
    note,
  );

  line(plot.left, bottom, plot.right, bottom, paint.line);
  for (let atMs = 0; atMs <= untilMs; atMs += tickMs) {
    line(x(atMs), bottom, x(atMs), bottom + 5, paint.muted);
    text(
      x(atMs),
      bottom + 20,
      atMs === 0 ? "0 ms" : String(atMs),
      paint.muted,
      ' font-size="13" text-anchor="middle"',
    );
  }
  drawLegend(paint, bottom + 48, rect, line, text);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 64}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="15" role="img" aria-labelledby="title">
<title id="title">${facts.old} is cut off while it leads; its lease ends after ${ms(facts.leaseEndMs)}; ${facts.next} is elected after ${ms(facts.elected.atMs)}, and ${facts.old} follows it once the network is back.</title>
${parts.join("\n")}
</svg>
`;
}

type Rect = (left: number, top: number, right: number, height: number, fill: string, more?: string) => void;
type Line = (x1: number, y1: number, x2: number, y2: number, stroke: string, more?: string) => void;
type Text = (left: number, top: number, words: string, fill: string, more?: string) => void;

/** Messages as lines from the sender's bar to the receiver's; one that the cut swallowed ends halfway. */
function drawMessages(
  { messages, beganMs }: Recording,
  paint: Colours,
  x: (atMs: number) => number,
  y: (node: number) => number,
  line: Line,
): void {
  const began = beganMs ?? 0;
  for (const [index, sentMs] of messages.sentMs.entries()) {
    if (sentMs < began + fromMs || sentMs > began + untilMs - 25) continue;
    const from = messages.from[index] as number;
    const to = messages.to[index] as number;
    const kind = messageKinds[messages.kind[index] as number] as string;
    const isVote = kind.includes("ote");
    const isLost = messages.dropped[index] !== 0;
    const down = to > from;
    const top = y(from) + (down ? plot.barHeight : 0);
    const end = y(to) + (down ? 0 : plot.barHeight);
    const share = isLost ? 0.4 : 1;
    const tookMs = isLost ? 8 : (messages.tookMs[index] as number);
    line(
      x(sentMs),
      top,
      round(x(sentMs) + (x(sentMs + tookMs) - x(sentMs)) * share),
      round(top + (end - top) * share),
      isVote ? paint.vote : paint.heartbeat,
      `${isVote ? ' stroke-width="1.5"' : ""}${isLost ? ' stroke-dasharray="2 3"' : ""}`,
    );
  }
}

/** Pre-candidate and candidate in one, as one campaign; spans of the same role in one. */
function spansOf({ roles }: Recording, node: number): RoleSpan[] {
  const spans: { -readonly [Key in keyof RoleSpan]: RoleSpan[Key] }[] = [];
  for (const span of roles[node] ?? []) {
    const role = span.role === "preCandidate" ? "candidate" : span.role;
    const last = spans.at(-1);
    if (last?.role === role && (role !== "leader" || last.term === span.term)) last.untilMs = span.untilMs;
    else spans.push({ ...span, role });
  }
  return spans;
}

/** What stands in a bar that has room for it. */
function wordsOf({ role }: RoleSpan, widthPixels: number): string {
  const words = role === "follower" ? "follower" : "";
  return widthPixels < words.length * 8 + 12 ? "" : words;
}

function drawLegend(paint: Colours, top: number, rect: Rect, line: Line, text: Text): void {
  const size = ' font-size="13"';
  rect(plot.left, top - 8, plot.left + 22, 6, paint.lease);
  text(plot.left + 30, top, "lease", paint.muted, size);
  rect(plot.left + 84, top - 12, plot.left + 96, 14, paint.role.candidate);
  text(plot.left + 104, top, "asks for votes", paint.muted, size);
  line(plot.left + 210, top - 5, plot.left + 232, top - 5, paint.vote, ' stroke-width="1.5"');
  text(plot.left + 240, top, "votes", paint.muted, size);
  line(plot.left + 292, top - 5, plot.left + 314, top - 5, paint.heartbeat);
  text(plot.left + 322, top, "heartbeats and replies", paint.muted, size);
  line(plot.left + 490, top - 5, plot.left + 512, top - 5, paint.heartbeat, ' stroke-dasharray="2 3"');
  text(plot.left + 520, top, "lost in the cut", paint.muted, size);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function ms(duration: number): string {
  return `${Math.round(duration)} ms`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const recording = recordFailover();
  for (const theme of ["light", "dark"] as const)
    writeFileSync(new URL(`failover-${theme}.svg`, import.meta.url), drawFailover(recording, theme));
}
