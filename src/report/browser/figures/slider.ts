import type { Figure, FigureMark, FigureSlider } from "../../pages/figure.js";
import { element } from "../element.js";
import { colourOf } from "./frame.js";

/**
 * A slider under a figure, and what each series comes to at the step it stands at.
 * @param onStep is told what to mark, at once and at each move
 */
export function sliderOf(
  figure: Figure,
  slider: FigureSlider,
  onStep: (marks: readonly FigureMark[]) => void,
): HTMLElement {
  const { label, head, begin, steps } = slider;
  const input = element("input", {
    type: "range",
    min: "0",
    max: String(steps.length - 1),
    value: String(begin),
    step: "1",
    "aria-label": label,
  });
  const value = element("output");
  const body = element("tbody");
  const show = (): void => {
    const step = steps[Number(input.value)];
    if (step === undefined) return;
    value.textContent = step.name;
    input.setAttribute("aria-valuetext", step.name);
    body.replaceChildren(...step.marks.map((mark) => rowOf(figure, mark)));
    onStep(step.marks);
  };
  input.addEventListener("input", show);
  show();
  const heads = head.map((words) => element("th", { class: "words" }, words));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body);
  const scroll = element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    table,
  );
  return element("div", { class: "slider" }, element("label", {}, `${label} `, input, " ", value), scroll);
}

function rowOf({ series }: Figure, mark: FigureMark): HTMLElement {
  const place = series.findIndex(({ name }) => name === mark.series);
  const one = series[place];
  const swatch = element("i");
  if (one !== undefined) swatch.style.background = colourOf(one, place);
  return element(
    "tr",
    {},
    element("td", { class: "words" }, swatch, ` ${mark.series}`),
    ...mark.words.map((words) => element("td", { class: "words" }, words)),
  );
}
