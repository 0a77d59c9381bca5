import type { Figure, FigureMark, FiguresData } from "../../pages/figure.js";
import { embeddedData } from "../embedded-data.js";
import { drawFigure } from "./draw-figure.js";
import { answerOf, element, legendOf, numbersOf, tableBox } from "./figure-words.js";
import { sliderOf } from "./slider.js";

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
  const { slider } = figure;
  const draw = redrawn(figure, drawing);
  const control = slider === undefined ? [] : [sliderOf(figure, slider, draw)];
  frame.append(headed(figure.title), ...(legend === null ? [] : [legend]), drawing, ...control, caption);
  section.append(frame, numbersOf(figure));
  return section;
}

/**
 * Drawn anew for each width: scaled text would be too small to read on a narrow page.
 * @returns what draws it again, with these marks
 */
function redrawn(figure: Figure, drawing: HTMLElement): (marks: readonly FigureMark[]) => void {
  let drawnPx = 0;
  let shown: readonly FigureMark[] = [];
  new ResizeObserver(() => {
    const widthPx = Math.floor(drawing.clientWidth);
    if (widthPx === drawnPx || widthPx === 0) return;
    drawnPx = widthPx;
    drawing.replaceChildren(drawFigure(figure, widthPx, shown));
  }).observe(drawing);
  return (marks) => {
    shown = marks;
    if (drawnPx > 0) drawing.replaceChildren(drawFigure(figure, drawnPx, marks));
  };
}

function headed(text: string): HTMLElement {
  const heading = element("h2");
  heading.textContent = text;
  return heading;
}
