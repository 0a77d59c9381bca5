import type { FaultBand } from "../../recording/run-data.js";
import { axisPx, faultRowPx, instantPx, type Layout } from "./layout.js";
import type { Palette } from "./palette.js";
import type { Stage } from "./stage.js";

type Brush = CanvasRenderingContext2D;

/** A fault that is in view, and from where to where. */
interface Shown {
  readonly fault: FaultBand;
  readonly left: number;
  readonly right: number;
}

/** Bands over the lanes of the nodes that faults strike, a dashed line where each begins, and their names in the rows above. */
export function drawFaults(brush: Brush, stage: Stage, layout: Layout, colours: Palette): void {
  const { faults, endMs, violation } = stage.scene.recording;
  const { view } = stage;
  const shown = faults
    .filter(({ fromMs, untilMs }) => (untilMs ?? endMs) >= view.fromMs && fromMs <= view.untilMs)
    .map(
      (fault): Shown => ({
        fault,
        left: Math.max(layout.x(fault.fromMs), layout.gutterPx),
        right: Math.min(layout.x(fault.untilMs ?? endMs), layout.widthPx),
      }),
    );
  drawBands(brush, stage, shown, layout, colours);
  for (const { fault } of shown) drawEdge(brush, fault, layout, colours);
  const takenPx = Array.from({ length: layout.faultRows }, () => Number.NEGATIVE_INFINITY);
  for (const one of shown) drawName(brush, one, takenPx, colours);
  if (violation === null) return;
  const x = layout.x(violation.atMs);
  brush.strokeStyle = colours.fault;
  brush.lineWidth = 3;
  brush.beginPath();
  brush.moveTo(x, axisPx);
  brush.lineTo(x, layout.heightPx - instantPx);
  brush.stroke();
}

/** One band where several faults strike a node at a time: shades on shades would hide what happens. */
function drawBands(
  brush: Brush,
  stage: Stage,
  shown: readonly Shown[],
  layout: Layout,
  colours: Palette,
): void {
  brush.fillStyle = colours.faultBand;
  for (const node of stage.scene.recording.nodes.keys()) {
    const top = layout.y(node) - layout.lanePx / 2;
    let drawnToPx = Number.NEGATIVE_INFINITY;
    const striking = shown.filter(({ fault }) => fault.nodes.length === 0 || fault.nodes.includes(node));
    for (const { left, right } of striking.toSorted((a, b) => a.left - b.left)) {
      const from = Math.max(left, drawnToPx);
      const until = Math.max(right, left + 1.5);
      if (until <= from) continue;
      brush.fillRect(from, top, until - from, layout.lanePx);
      drawnToPx = until;
    }
  }
}

function drawEdge(brush: Brush, { fromMs }: FaultBand, layout: Layout, colours: Palette): void {
  const x = layout.x(fromMs);
  if (x < layout.gutterPx) return;
  brush.strokeStyle = colours.fault;
  brush.lineWidth = 1.5;
  brush.setLineDash([2, 2]);
  brush.beginPath();
  brush.moveTo(x, axisPx);
  brush.lineTo(x, layout.heightPx - instantPx);
  brush.stroke();
  brush.setLineDash([]);
}

/** In the first row with room, over the lines of other faults; where there is none, the band must do (the list of events has the name). */
function drawName(
  brush: Brush,
  { fault: { label }, left, right }: Shown,
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
  const textPx = brush.measureText(text).width + 10;
  const widthPx = Math.max(right - left, 2);
  brush.fillStyle = colours.ground;
  brush.fillRect(left, top, Math.max(widthPx, textPx), faultRowPx - 3);
  brush.fillStyle = colours.faultShade;
  brush.fillRect(left, top, widthPx, faultRowPx - 3);
  brush.fillStyle = colours.fault;
  brush.fillRect(left, top, 2, faultRowPx - 3);
  brush.fillText(text, left + 5, top + (faultRowPx - 3) / 2);
  takenPx[row] = Math.max(left + textPx, right);
}
