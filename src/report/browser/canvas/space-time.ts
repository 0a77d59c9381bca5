import { element } from "../element.js";
import { describe, instantWords } from "../run/describe.js";
import type { Item } from "../run/scene.js";
import { drawLabels } from "./draw-labels.js";
import { drawLanes, drawNames } from "./draw-lanes.js";
import { drawChosenMessage, drawMessages, drawnMessages } from "./draw-messages.js";
import { itemAt } from "./hit-test.js";
import { instantPx, type Layout, layoutOf } from "./layout.js";
import { type Palette, palette } from "./palette.js";
import type { Stage } from "./stage.js";

/** The space-time diagram: a canvas that draws what is in view, told of pointers; keys are dealt with by `keys.ts`. */
export function spaceTime(stage: Stage): HTMLElement {
  const { recording } = stage.scene;
  const canvas = element("canvas", {
    id: "diagram",
    tabindex: "0",
    role: "application",
    "aria-label": `Space-time diagram of ${recording.nodes.length} nodes. The list of events below says the same in words.`,
    "aria-describedby": "keys",
  });
  const hint = element("div", { class: "hint", hidden: "" });
  const note = element("p", { class: "note", id: "thinned", role: "status" });
  const figure = element("div", { class: "diagram" }, canvas, hint);
  let colours: Palette = palette();
  let layout: Layout = layoutOf(stage.scene, stage.view, 600);

  const draw = () => {
    const widthPx = Math.max(200, Math.floor(figure.clientWidth));
    layout = layoutOf(stage.scene, stage.view, widthPx);
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    if (
      canvas.width !== Math.round(widthPx * scale) ||
      canvas.height !== Math.round(layout.heightPx * scale)
    ) {
      canvas.width = Math.round(widthPx * scale);
      canvas.height = Math.round(layout.heightPx * scale);
      canvas.style.height = `${layout.heightPx}px`;
    }
    const brush = canvas.getContext("2d");
    if (brush === null) return;
    brush.setTransform(scale, 0, 0, scale, 0, 0);
    brush.fillStyle = colours.ground;
    brush.fillRect(0, 0, widthPx, layout.heightPx);
    drawLanes(brush, stage, layout, colours);
    const { drawn, outOf } = drawnMessages(stage, layout);
    drawMessages(brush, stage, layout, colours, drawn);
    const { selected } = stage;
    if (selected?.what === "message") drawChosenMessage(brush, stage, layout, colours, selected.index);
    drawLabels(brush, stage, layout, colours, drawn);
    drawInstant(brush, stage, layout, colours);
    drawNames(brush, stage, layout, colours, selected?.what === "role" ? selected.node : -1);
    const text =
      drawn.length < outOf
        ? `${drawn.length} of ${outOf} messages in view are drawn. Zoom in to see all.`
        : "";
    if (note.textContent !== text) note.textContent = text;
  };

  const restyle = () => {
    colours = palette();
    stage.touch();
  };
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  // No frame comes before paper does: drawn in the colours of paper at once.
  window.matchMedia("print").addEventListener("change", () => {
    colours = palette();
    draw();
  });
  new ResizeObserver(() => stage.touch()).observe(figure);
  stage.onChange(draw);
  hearPointer(stage, canvas, hint, () => layout);
  return element("div", {}, figure, note);
}

function drawInstant(brush: CanvasRenderingContext2D, stage: Stage, layout: Layout, colours: Palette): void {
  const x = layout.x(stage.atMs);
  if (x < layout.gutterPx || x > layout.widthPx) return;
  brush.strokeStyle = colours.accent;
  brush.fillStyle = colours.accent;
  brush.lineWidth = 2;
  brush.beginPath();
  brush.moveTo(x, 0);
  brush.lineTo(x, layout.heightPx - 3);
  brush.stroke();
  brush.beginPath();
  brush.moveTo(x - 6, 0);
  brush.lineTo(x + 6, 0);
  brush.lineTo(x, 9);
  brush.fill();
  // Its time below the lanes, where nothing else stands.
  const text = instantWords(stage.scene, stage.atMs);
  brush.font = "bold 11px system-ui, sans-serif";
  brush.textBaseline = "middle";
  brush.textAlign = "left";
  const textPx = brush.measureText(text).width;
  const isRight = x + 6 + textPx > layout.widthPx;
  brush.fillText(text, isRight ? x - 6 - textPx : x + 6, layout.heightPx - instantPx / 2 + 1);
}

/** Drag pans, the wheel zooms, a click moves the instant and selects, hovering tells. */
function hearPointer(stage: Stage, canvas: HTMLCanvasElement, hint: HTMLElement, layout: () => Layout): void {
  let drag: { x: number; moved: boolean } | null = null;
  const place = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  canvas.addEventListener("pointerdown", (event) => {
    drag = { x: place(event).x, moved: false };
    canvas.setPointerCapture(event.pointerId);
    hint.hidden = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    const { x, y } = place(event);
    if (drag === null) {
      showHint(stage, hint, itemAt(stage, layout(), x, y), x, y, layout());
      return;
    }
    if (!drag.moved && Math.abs(x - drag.x) < 4) return;
    stage.view.pan(layout().msAt(drag.x) - layout().msAt(x));
    drag = { x, moved: true };
    stage.touch();
  });
  canvas.addEventListener("pointerup", (event) => {
    const { x, y } = place(event);
    if (drag !== null && !drag.moved && x >= layout().gutterPx) {
      stage.select(itemAt(stage, layout(), x, y));
      stage.moveTo(layout().msAt(x));
    }
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => {
    drag = null;
  });
  canvas.addEventListener("pointerleave", () => {
    hint.hidden = true;
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x } = place(event);
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
        stage.view.pan(((event.deltaX || event.deltaY) * stage.view.lengthMs) / 1_000);
      else stage.view.zoom(1.0015 ** event.deltaY, layout().msAt(Math.max(x, layout().gutterPx)));
      stage.touch();
    },
    { passive: false },
  );
}

function showHint(
  stage: Stage,
  hint: HTMLElement,
  item: Item | null,
  x: number,
  y: number,
  layout: Layout,
): void {
  hint.hidden = item === null;
  if (item === null) return;
  const { title, lines } = describe(stage.scene, item);
  hint.replaceChildren(
    element("strong", {}, title),
    ...lines.map((line) => element("span", {}, line)),
    element("span", { class: "muted" }, `here: ${instantWords(stage.scene, layout.msAt(x))}`),
  );
  // To the left of the pointer in the right half, so that it stays inside the diagram.
  const isRight = x > layout.widthPx / 2;
  hint.style.left = isRight ? "" : `${x + 14}px`;
  hint.style.right = isRight ? `${layout.widthPx - x + 14}px` : "";
  hint.style.top = `${y + 16}px`;
  hint.style.maxWidth = `${Math.max(180, (isRight ? x : layout.widthPx - x) - 24)}px`;
}
