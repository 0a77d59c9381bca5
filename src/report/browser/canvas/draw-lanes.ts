import type { RoleSpan } from "../../recording/run-data.js";
import { drawFaults } from "./draw-faults.js";
import { axisPx, instantPx, type Layout } from "./layout.js";
import type { Palette } from "./palette.js";
import type { Stage } from "./stage.js";

/** The thickness of the band that shows a role. */
export const bandPx = 14;
const leasePx = 5;

type Brush = CanvasRenderingContext2D;

/** Everything but the messages and the names of roles: axis, faults, roles, leases, pauses. */
export function drawLanes(brush: Brush, stage: Stage, layout: Layout, colours: Palette): void {
  drawAxis(brush, stage, layout, colours);
  drawFaults(brush, stage, layout, colours);
  for (const node of stage.scene.recording.nodes.keys()) drawRoles(brush, stage, layout, colours, node);
  drawLeases(brush, stage, layout, colours);
  drawPauses(brush, stage, layout, colours);
}

/** The names on the left; drawn last, over whatever reaches there. */
export function drawNames(brush: Brush, stage: Stage, layout: Layout, colours: Palette, lane: number): void {
  const { nodes, parts, voterCount } = stage.scene.recording;
  brush.fillStyle = colours.ground;
  brush.fillRect(0, 0, layout.gutterPx, layout.heightPx);
  brush.textBaseline = "middle";
  brush.textAlign = "left";
  for (const [node, id] of nodes.entries()) {
    const y = layout.y(node);
    brush.font = `${node === lane ? "bold " : ""}13px system-ui, sans-serif`;
    brush.fillStyle = node === lane ? colours.accent : colours.text;
    brush.fillText(clipped(brush, id, layout.gutterPx - 8), 4, y);
    const part = parts[node] ?? (node < voterCount ? null : "observer");
    if (part === null) continue;
    brush.font = "10px system-ui, sans-serif";
    brush.fillStyle = colours.muted;
    brush.fillText(clipped(brush, part, layout.gutterPx - 4), 4, y + 13);
  }
}

function drawAxis(brush: Brush, stage: Stage, layout: Layout, colours: Palette): void {
  const { view, scene } = stage;
  const zeroMs = scene.recording.beganMs ?? 0;
  const stepMs = roundStep((view.lengthMs * 90) / (layout.widthPx - layout.gutterPx));
  brush.font = "11px system-ui, sans-serif";
  brush.textBaseline = "alphabetic";
  brush.textAlign = "left";
  brush.lineWidth = 1;
  const first = Math.ceil((view.fromMs - zeroMs) / stepMs);
  const last = Math.floor((view.untilMs - zeroMs) / stepMs);
  for (let tick = first; tick <= last; tick++) {
    const x = Math.round(layout.x(zeroMs + tick * stepMs)) + 0.5;
    brush.strokeStyle = colours.line;
    brush.beginPath();
    brush.moveTo(x, 4);
    brush.lineTo(x, layout.heightPx - instantPx);
    brush.stroke();
    brush.fillStyle = colours.muted;
    brush.fillText(tickWords(tick * stepMs, stepMs), x + 4, axisPx - 8);
  }
}

function tickWords(ms: number, stepMs: number): string {
  if (stepMs >= 1_000) return `${Math.round(ms / 1_000)} s`;
  if (stepMs >= 100) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Number(ms.toFixed(3))} ms`;
}

function drawRoles(brush: Brush, stage: Stage, layout: Layout, colours: Palette, node: number): void {
  const { scene, view } = stage;
  const spans = scene.recording.roles[node] ?? [];
  const middle = layout.y(node);
  let drawnToPx = Number.NEGATIVE_INFINITY;
  brush.font = "bold 11px system-ui, sans-serif";
  brush.textBaseline = "middle";
  brush.textAlign = "left";
  for (let index = scene.roleIndexAt(node, view.fromMs); index < spans.length; index++) {
    const span = spans[index] as RoleSpan;
    if (span.fromMs > view.untilMs) break;
    const left = Math.max(layout.x(span.fromMs), layout.gutterPx);
    const right = Math.min(layout.x(span.untilMs), layout.widthPx);
    // What is narrower than a pixel is drawn one wide, and the rest of that pixel is skipped.
    if (right <= drawnToPx) continue;
    drawSpan(brush, span, left, Math.max(right, left + 1), middle, colours);
    drawnToPx = Math.max(right, left + 1);
  }
}

function drawSpan(
  brush: Brush,
  { role }: RoleSpan,
  left: number,
  right: number,
  middle: number,
  colours: Palette,
): void {
  const top = middle - bandPx / 2;
  const widthPx = right - left;
  brush.fillStyle = colours.role[role];
  if (role === "follower") brush.fillRect(left, middle - 3, widthPx, 6);
  else if (role === "down") drawDown(brush, left, right, middle, colours);
  else brush.fillRect(left, top, widthPx, bandPx);
  if (role === "candidate" || role === "preCandidate")
    hatch(brush, left, right, top, colours.onRole, role === "candidate");
}

function drawDown(brush: Brush, left: number, right: number, middle: number, colours: Palette): void {
  brush.strokeStyle = colours.role.down;
  brush.lineWidth = 2;
  brush.setLineDash([3, 4]);
  brush.beginPath();
  brush.moveTo(left, middle);
  brush.lineTo(right, middle);
  brush.stroke();
  brush.setLineDash([]);
}

/** Slanted strokes, dense for candidates and wide for pre-candidates, so that colour is not the only sign. */
function hatch(
  brush: Brush,
  left: number,
  right: number,
  top: number,
  colour: string,
  isDense: boolean,
): void {
  const stepPx = isDense ? 5 : 10;
  brush.save();
  brush.beginPath();
  brush.rect(left, top, right - left, bandPx);
  brush.clip();
  brush.globalAlpha = 0.5;
  brush.strokeStyle = colour;
  brush.lineWidth = 1;
  brush.beginPath();
  for (let x = left - bandPx; x < right; x += stepPx) {
    brush.moveTo(x, top + bandPx);
    brush.lineTo(x + bandPx, top);
  }
  brush.stroke();
  brush.restore();
}

function drawLeases(brush: Brush, stage: Stage, layout: Layout, colours: Palette): void {
  const { view } = stage;
  brush.fillStyle = colours.lease;
  for (const { node, fromMs, untilMs } of stage.scene.recording.leases) {
    if (untilMs < view.fromMs || fromMs > view.untilMs) continue;
    const left = Math.max(layout.x(fromMs), layout.gutterPx);
    const right = Math.min(layout.x(untilMs), layout.widthPx);
    brush.fillRect(left, layout.y(node) + bandPx / 2 + 2, Math.max(right - left, 1), leasePx);
  }
}

function drawPauses(brush: Brush, stage: Stage, layout: Layout, colours: Palette): void {
  const { view } = stage;
  for (const { node, fromMs, untilMs } of stage.scene.recording.pauses) {
    if (untilMs < view.fromMs || fromMs > view.untilMs) continue;
    const left = Math.max(layout.x(fromMs), layout.gutterPx);
    const right = Math.min(layout.x(untilMs), layout.widthPx);
    const y = layout.y(node);
    brush.strokeStyle = colours.text;
    brush.lineWidth = 1;
    brush.setLineDash([4, 2]);
    brush.strokeRect(left + 0.5, y - bandPx / 2 - 3.5, Math.max(right - left - 1, 1), bandPx + 7);
    brush.setLineDash([]);
  }
}

function clipped(brush: Brush, text: string, widthPx: number): string {
  if (brush.measureText(text).width <= widthPx) return text;
  for (let length = text.length - 1; length > 0; length--) {
    const shorter = `${text.slice(0, length)}…`;
    if (brush.measureText(shorter).width <= widthPx) return shorter;
  }
  return "";
}

/** The smallest of 1, 2, 5 times a power of ten that is not less. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  for (const factor of [1, 2, 5]) if (factor * power >= atLeast) return factor * power;
  return 10 * power;
}
