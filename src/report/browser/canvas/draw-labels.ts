import type { RoleSpan } from "../../recording/run-data.js";
import { roleLetters } from "../../recording/run-words.js";
import { bandPx } from "./draw-lanes.js";
import { segmentOf } from "./draw-messages.js";
import { FreePlaces } from "./free-places.js";
import type { Layout } from "./layout.js";
import type { Palette } from "./palette.js";
import type { Stage } from "./stage.js";

type Brush = CanvasRenderingContext2D;

/** How far the head of an arrow, the ring of a refusal or the cross of a loss reaches. */
const markPx = 6;

/** The letters and terms of the roles, and the word of a pause, each where it hides no message; where there is no such place, none. */
export function drawLabels(
  brush: Brush,
  stage: Stage,
  layout: Layout,
  colours: Palette,
  drawn: readonly number[],
): void {
  const lanes = [...stage.scene.recording.nodes.keys()];
  const inBand = new FreePlaces(lanes.map(layout.y), layout.widthPx, bandPx / 2 + 2);
  const above = new FreePlaces(
    lanes.map((node) => layout.y(node) - bandPx / 2 - 10),
    layout.widthPx,
    6,
  );
  for (const index of drawn) {
    const segment = segmentOf(stage, layout, index);
    inBand.take(segment, markPx);
    above.take(segment, 2);
  }
  brush.textBaseline = "middle";
  brush.textAlign = "left";
  for (const node of lanes) drawRoleLabels(brush, stage, layout, colours, node, inBand);
  drawPauseLabels(brush, stage, layout, colours, above);
}

function drawRoleLabels(
  brush: Brush,
  { scene, view }: Stage,
  layout: Layout,
  colours: Palette,
  node: number,
  places: FreePlaces,
): void {
  const spans = scene.recording.roles[node] ?? [];
  brush.font = "bold 11px system-ui, sans-serif";
  for (let index = scene.roleIndexAt(node, view.fromMs); index < spans.length; index++) {
    const { fromMs, untilMs, role, term } = spans[index] as RoleSpan;
    if (fromMs > view.untilMs) break;
    const left = Math.max(layout.x(fromMs), layout.gutterPx);
    const right = Math.min(layout.x(untilMs), layout.widthPx);
    if (right - left < 14) continue;
    const letter = roleLetters[role];
    for (const text of right - left > 34 ? [`${letter} t${term}`, letter] : [letter]) {
      const textPx = brush.measureText(text).width;
      const x = places.put(node, left + 3, right - 1, textPx + 4);
      if (x === null) continue;
      drawRoleLabel(brush, role, text, x, textPx, layout.y(node), colours);
      break;
    }
  }
}

function drawRoleLabel(
  brush: Brush,
  role: RoleSpan["role"],
  text: string,
  x: number,
  textPx: number,
  middle: number,
  colours: Palette,
): void {
  if (role === "follower" || role === "down") {
    brush.fillStyle = colours.ground;
    brush.fillRect(x, middle - 7, textPx + 4, 14);
    brush.fillStyle = role === "down" ? colours.role.down : colours.muted;
  } else {
    brush.fillStyle = colours.role[role];
    brush.fillRect(x, middle - bandPx / 2, textPx + 4, bandPx);
    brush.fillStyle = colours.onRole;
  }
  brush.fillText(text, x + 2, middle + 0.5);
}

function drawPauseLabels(
  brush: Brush,
  { scene, view }: Stage,
  layout: Layout,
  colours: Palette,
  places: FreePlaces,
): void {
  brush.font = "italic 11px system-ui, sans-serif";
  brush.fillStyle = colours.text;
  const text = "z paused";
  for (const { node, fromMs, untilMs } of scene.recording.pauses) {
    if (untilMs < view.fromMs || fromMs > view.untilMs) continue;
    const left = Math.max(layout.x(fromMs), layout.gutterPx);
    const right = Math.min(layout.x(untilMs), layout.widthPx);
    const x = places.put(node, left + 3, right - 1, brush.measureText(text).width + 2);
    if (x !== null) brush.fillText(text, x, layout.y(node) - bandPx / 2 - 10);
  }
}
