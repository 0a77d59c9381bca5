import type { FaultBand, RoleSpan } from "../../recording/run-data.js";
import { roleLetters } from "../../recording/run-words.js";
import { axisPx, faultRowPx, type Layout } from "./layout.js";
import type { Palette } from "./palette.js";
import type { Stage } from "./stage.js";

/** The thickness of the band that shows a role. */
export const bandPx = 14;
const leasePx = 5;

type Brush = CanvasRenderingContext2D;

/** Everything but the messages: axis, faults, roles, leases, pauses. */
export function drawLanes(brush: Brush, stage: Stage, layout: Layout, colours: Palette): void {
  drawFaults(brush, stage, layout, colours);
  drawAxis(brush, stage, layout, colours);
  for (const node of stage.scene.recording.nodes.keys()) drawRoles(brush, stage, layout, colours, node);
  drawLeases(brush, stage, layout, colours);
  drawPauses(brush, stage, layout, colours);
}

/** The names on the left; drawn last, over whatever reaches there. */
export function drawNames(brush: Brush, stage: Stage, layout: Layout, colours: Palette, lane: number): void {
  const { nodes, voterCount } = stage.scene.recording;
  brush.fillStyle = colours.ground;
  brush.fillRect(0, 0, layout.gutterPx, layout.heightPx);
  brush.textBaseline = "middle";
  brush.textAlign = "left";
  for (const [node, id] of nodes.entries()) {
    const y = layout.y(node);
    brush.font = `${node === lane ? "bold " : ""}13px system-ui, sans-serif`;
    brush.fillStyle = node === lane ? colours.accent : colours.text;
    brush.fillText(clipped(brush, id, layout.gutterPx - 8), 4, y);
    if (node < voterCount) continue;
    brush.font = "10px system-ui, sans-serif";
    brush.fillStyle = colours.muted;
    brush.fillText("observer", 4, y + 13);
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
    brush.lineTo(x, layout.heightPx);
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

/** Bands over the lanes of those they strike, and a name in the rows above. */
function drawFaults(brush: Brush, stage: Stage, layout: Layout, colours: Palette): void {
  const { faults, nodes, endMs, violation } = stage.scene.recording;
  const { view } = stage;
  const takenPx = Array.from({ length: layout.faultRows }, () => Number.NEGATIVE_INFINITY);
  for (const fault of faults) {
    const untilMs = fault.untilMs ?? endMs;
    if (untilMs < view.fromMs || fault.fromMs > view.untilMs) continue;
    const left = Math.max(layout.x(fault.fromMs), layout.gutterPx);
    const right = Math.min(layout.x(untilMs), layout.widthPx);
    const whom = fault.nodes.length === 0 ? [...nodes.keys()] : fault.nodes;
    brush.fillStyle = colours.faultShade;
    for (const node of whom)
      brush.fillRect(left, layout.y(node) - layout.lanePx / 2, Math.max(right - left, 1.5), layout.lanePx);
    drawFaultEdge(brush, fault, layout, colours);
    drawFaultName(brush, fault, left, right, takenPx, colours);
  }
  if (violation === null) return;
  const x = layout.x(violation.atMs);
  brush.strokeStyle = colours.fault;
  brush.lineWidth = 3;
  brush.beginPath();
  brush.moveTo(x, axisPx);
  brush.lineTo(x, layout.heightPx);
  brush.stroke();
}

function drawFaultEdge(brush: Brush, { fromMs }: FaultBand, layout: Layout, colours: Palette): void {
  const x = layout.x(fromMs);
  if (x < layout.gutterPx) return;
  brush.strokeStyle = colours.fault;
  brush.lineWidth = 1.5;
  brush.setLineDash([2, 2]);
  brush.beginPath();
  brush.moveTo(x, axisPx);
  brush.lineTo(x, layout.heightPx);
  brush.stroke();
  brush.setLineDash([]);
}

/** In the first row with room; where there is none, the band must do (the list of events has the name). */
function drawFaultName(
  brush: Brush,
  { label }: FaultBand,
  left: number,
  right: number,
  takenPx: number[],
  colours: Palette,
): void {
  const row = takenPx.findIndex((untilPx) => untilPx <= left);
  if (row < 0) return;
  brush.font = "11px system-ui, sans-serif";
  brush.textBaseline = "middle";
  brush.textAlign = "left";
  const text = `! ${label}`;
  const top = axisPx + row * faultRowPx;
  const widthPx = brush.measureText(text).width + 10;
  brush.fillStyle = colours.faultShade;
  brush.fillRect(left, top, Math.max(right - left, 2), faultRowPx - 3);
  brush.fillStyle = colours.fault;
  brush.fillRect(left, top, 2, faultRowPx - 3);
  brush.fillText(text, left + 5, top + (faultRowPx - 3) / 2);
  takenPx[row] = Math.max(left + widthPx, right);
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
  { role, term }: RoleSpan,
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
  if (widthPx < 14) return;
  const letter = roleLetters[role];
  const text = widthPx > 34 ? `${letter} t${term}` : letter;
  const textPx = brush.measureText(text).width;
  if (role === "follower" || role === "down") {
    brush.fillStyle = colours.ground;
    brush.fillRect(left + 3, middle - 7, textPx + 6, 14);
    brush.fillStyle = role === "down" ? colours.role.down : colours.muted;
  } else {
    brush.fillStyle = colours.role[role];
    brush.fillRect(left + 2, top, textPx + 6, bandPx);
    brush.fillStyle = colours.onRole;
  }
  brush.fillText(text, left + 5, middle + 0.5);
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
    if (right - left < 60) continue;
    brush.font = "italic 11px system-ui, sans-serif";
    brush.textAlign = "right";
    brush.fillStyle = colours.text;
    brush.fillText("z paused", right - 4, y - bandPx / 2 - 10);
    brush.textAlign = "left";
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
