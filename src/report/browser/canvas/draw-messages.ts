import { kindOf } from "../run/describe.js";
import type { Layout } from "./layout.js";
import type { Palette } from "./palette.js";
import type { Stage } from "./stage.js";

type Brush = CanvasRenderingContext2D;

/** How many arrows are drawn at most; more could not be told apart. */
const mostArrows = 6_000;

/** Where a message is on the canvas. */
export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** The way of a message. One that is lost as it is sent goes a short way, so that it can be seen and pointed at. */
export function segmentOf(stage: Stage, layout: Layout, index: number): Segment {
  const { messages } = stage.scene.recording;
  const x1 = layout.x(messages.sentMs[index] as number);
  const x2 = layout.x(stage.scene.endMs(index));
  const y1 = layout.y(messages.from[index] as number);
  const y2 = layout.y(messages.to[index] as number);
  if ((messages.dropped[index] as number) > 0 && x2 - x1 < 6)
    return { x1, y1, x2: x1 + 7, y2: y1 + Math.sign(y2 - y1) * layout.lanePx * 0.42 };
  return { x1, y1, x2, y2 };
}

/** The messages that are drawn for what is in view, thinned out where there are too many, and how many there were. */
export function drawnMessages(stage: Stage, layout: Layout): { drawn: number[]; outOf: number } {
  const { scene, view, shown } = stage;
  const { messages, nodes } = scene.recording;
  if (shown === "none") return { drawn: [], outOf: 0 };
  const { first, after } = scene.range(view.fromMs, view.untilMs);
  const all: number[] = [];
  for (let index = first; index < after; index++)
    if (scene.isShown(index, shown) && scene.endMs(index) >= view.fromMs) all.push(index);
  if (all.length <= mostArrows) return { drawn: all, outOf: all.length };
  const links = nodes.length * nodes.length;
  const columnPx = Math.max(1, (links * 2 * layout.widthPx) / mostArrows);
  const lastColumn = new Int32Array(links * 3).fill(-1);
  const drawn = all.filter((index) => {
    const fate = (messages.dropped[index] as number) > 0 ? 2 : (messages.answer[index] as number) > 0 ? 1 : 0;
    const link = (messages.from[index] as number) * nodes.length + (messages.to[index] as number);
    const column = Math.floor(layout.x(messages.sentMs[index] as number) / columnPx);
    if (lastColumn[link * 3 + fate] === column) return false;
    lastColumn[link * 3 + fate] = column;
    return true;
  });
  return { drawn, outOf: all.length };
}

/** Draws arrows: a head where one arrived, a ring where it is a refusal, a cross where it was lost. */
export function drawMessages(
  brush: Brush,
  stage: Stage,
  layout: Layout,
  colours: Palette,
  drawn: readonly number[],
): void {
  const batches = new Map<string, number[]>();
  for (const index of drawn) {
    const style = styleOf(stage, index);
    const batch = batches.get(style);
    if (batch === undefined) batches.set(style, [index]);
    else batch.push(index);
  }
  const withHeads = drawn.length < 1_500;
  for (const [style, indices] of batches) {
    const [colour = "heartbeat", fate] = style.split(" ") as [keyof Palette, string];
    brush.strokeStyle = colours[colour] as string;
    brush.fillStyle = colours[colour] as string;
    brush.lineWidth = colour === "heartbeat" ? 1 : 1.6;
    brush.setLineDash(fate === "arrived" ? [] : fate === "refused" ? [6, 3] : [2, 3]);
    brush.beginPath();
    for (const index of indices) {
      const { x1, y1, x2, y2 } = segmentOf(stage, layout, index);
      brush.moveTo(x1, y1);
      brush.lineTo(x2, y2);
    }
    brush.stroke();
    brush.setLineDash([]);
    if (!withHeads) continue;
    brush.beginPath();
    for (const index of indices) drawEnd(brush, segmentOf(stage, layout, index), fate);
    if (fate === "arrived") brush.fill();
    else brush.stroke();
  }
}

/** Makes one message stand out. */
export function drawChosenMessage(
  brush: Brush,
  stage: Stage,
  layout: Layout,
  colours: Palette,
  index: number,
): void {
  const { x1, y1, x2, y2 } = segmentOf(stage, layout, index);
  brush.strokeStyle = colours.accent;
  brush.lineWidth = 4;
  brush.globalAlpha = 0.6;
  brush.beginPath();
  brush.moveTo(x1, y1);
  brush.lineTo(x2, y2);
  brush.stroke();
  brush.globalAlpha = 1;
}

function styleOf(stage: Stage, index: number): string {
  const { messages } = stage.scene.recording;
  const dropped = (messages.dropped[index] as number) > 0;
  const refused = (messages.answer[index] as number) > 0;
  const fate = dropped ? "lost" : refused ? "refused" : "arrived";
  const kind = kindOf(stage.scene, index);
  switch (kind) {
    case "heartbeat":
    case "heartbeatReply":
      return `${refused ? "refused" : "heartbeat"} ${fate}`;
    case "preVoteRequest":
    case "preVoteReply":
      return `${refused ? "refused" : "preVote"} ${fate}`;
    case "voteRequest":
    case "voteReply":
      return `${refused ? "refused" : "vote"} ${fate}`;
    case "timeoutNow":
    case "handoverWait":
    case "handoverDone":
    case "leaderNotice":
      return `accent ${fate}`;
  }
}

function drawEnd(brush: Brush, { x1, y1, x2, y2 }: Segment, fate: string): void {
  if (fate === "lost") {
    brush.moveTo(x2 - 3, y2 - 3);
    brush.lineTo(x2 + 3, y2 + 3);
    brush.moveTo(x2 - 3, y2 + 3);
    brush.lineTo(x2 + 3, y2 - 3);
    return;
  }
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const dx = (x2 - x1) / length;
  const dy = (y2 - y1) / length;
  if (fate === "refused") {
    const [x, y] = [x2 - dx * 4, y2 - dy * 4];
    brush.moveTo(x + 4, y);
    brush.arc(x, y, 4, 0, 2 * Math.PI);
    brush.moveTo(x - 3, y + 3);
    brush.lineTo(x + 3, y - 3);
    return;
  }
  brush.moveTo(x2, y2);
  brush.lineTo(x2 - dx * 8 - dy * 3.5, y2 - dy * 8 + dx * 3.5);
  brush.lineTo(x2 - dx * 8 + dy * 3.5, y2 - dy * 8 - dx * 3.5);
}
