import type { Figure, FiguresData } from "../../pages/figure.js";
import { embeddedData } from "../embedded-data.js";
import { drawFigure } from "./draw-figure.js";
import { answerOf, element, legendOf, numbersOf, tableBox } from "./figure-words.js";

const { title, answer, figures, tables } = embeddedData<FiguresData>();
const main = element("main");
document.body.append(main);
const heading = element("h1");
heading.textContent = title;
main.append(heading);
if (answer !== null) main.append(answerOf(answer));
for (const figure of figures) main.append(sectionOf(figure));
for (const table of tables) {
  const section = element("section");
  section.append(headed(table.title), tableBox(table));
  main.append(section);
}

function sectionOf(figure: Figure): HTMLElement {
  const section = element("section");
  const frame = element("figure");
  const drawing = element("div", "drawing");
  const caption = element("figcaption");
  caption.textContent = figure.caption;
  const legend = legendOf(figure);
  frame.append(headed(figure.title), ...(legend === null ? [] : [legend]), drawing, caption);
  section.append(frame, numbersOf(figure));
  redrawn(figure, drawing);
  return section;
}

/** Drawn anew for each width: scaled text would be too small to read on a narrow page. */
function redrawn(figure: Figure, drawing: HTMLElement): void {
  let drawnPx = 0;
  new ResizeObserver(() => {
    const widthPx = Math.floor(drawing.clientWidth);
    if (widthPx === drawnPx || widthPx === 0) return;
    drawnPx = widthPx;
    drawing.replaceChildren(drawFigure(figure, widthPx));
  }).observe(drawing);
}

function headed(text: string): HTMLElement {
  const heading = element("h2");
  heading.textContent = text;
  return heading;
}
