import type { Answer, Figure, SummaryTable } from "../../pages/figure.js";
import { ramp, valuesOf } from "./draw-heatmap.js";
import { colourOf } from "./frame.js";
import { oneNotation, percent, plain } from "./numbers.js";

/** The answer, before all figures: a sentence that stands out, and what it rests on. */
export function answerOf({ lead, facts }: Answer): HTMLElement {
  const header = element("header", "answer");
  const sentence = element("p", "lead");
  // A flag is not broken at its hyphens.
  for (const word of lead.split(" ")) {
    const unbroken = element("span");
    unbroken.textContent = word;
    sentence.append(unbroken, " ");
  }
  const list = element("dl");
  for (const [place, [name, text]] of facts.entries()) {
    const term = element("dt");
    // Facts of one name stand below each other.
    term.textContent = facts[place - 1]?.[0] === name ? "" : name;
    const words = element("dd");
    words.textContent = text;
    list.append(term, words);
  }
  header.append(sentence, list);
  return header;
}

/** A table in a box of its own that scrolls, by keyboard too, so that the page never does sideways. */
export function tableBox({ title, head, rows }: SummaryTable): HTMLElement {
  const table = element("table");
  const isWords = head.map((_, column) => rows.some((row) => isWord(row[column])));
  const notations = head.map((_, column) =>
    oneNotation(rows.map((row) => row[column]).filter((value) => typeof value === "number")),
  );
  const headRow = element("tr");
  for (const [column, name] of head.entries()) headRow.append(cellOf("th", name, isWords[column] === true));
  const body = element("tbody");
  for (const row of rows) {
    const line = element("tr");
    for (const [column, value] of row.entries())
      line.append(
        cellOf(
          "td",
          typeof value === "number" ? (notations[column] ?? plain)(value) : (value ?? ""),
          isWords[column] === true,
        ),
      );
    body.append(line);
  }
  const tableHead = element("thead");
  tableHead.append(headRow);
  table.append(tableHead, body);
  const box = element("div", "scroll");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", title);
  box.append(table);
  return box;
}

/** A bound such as `< 0.001` stands among numbers. */
function isWord(value: string | number | null | undefined): boolean {
  return typeof value === "string" && !/^< [\d.]+$/.test(value);
}

/** The numbers of a figure in words, for readers who cannot see it or want to copy them. */
export function numbersOf(figure: Figure): HTMLElement {
  const details = element("details");
  const summary = element("summary");
  summary.textContent = "The numbers";
  details.append(summary, tableBox(tableOf(figure)));
  return details;
}

function tableOf(figure: Figure): SummaryTable {
  const { title, kind, series, xLabel, yLabel, xNames, yNames, valueLabel, panels } = figure;
  const isMap = kind === "heatmap";
  const several = series.length > 1;
  const share = kind === "cdf" || kind === "tail";
  const named = (place: number, names: readonly string[] | undefined) => names?.[place] ?? place;
  return {
    title: `${title}: the numbers`,
    head: [
      ...(panels === undefined ? [] : ["picture"]),
      ...(several ? ["series"] : []),
      xLabel,
      yLabel,
      ...(isMap ? [valueLabel ?? "value"] : []),
    ],
    rows: series.flatMap(({ name, points, panel = 0 }) =>
      points.map(([x, y, , value]) => [
        ...(panels === undefined ? [] : [panels[panel]?.split("\n")[0] ?? null]),
        ...(several ? [name] : []),
        named(x, xNames),
        share ? percent(y) : named(y, yNames),
        ...(isMap ? [value ?? null] : []),
      ]),
    ),
  };
}

/** Which colour and which dash is which: nothing to say about a single series. Small pictures have one legend, in which each name stands once. */
export function legendOf(figure: Figure): HTMLElement | null {
  if (figure.kind === "heatmap") return rampLegend(figure);
  const named = new Map(figure.series.map((series, place) => [series.name, { series, place }]));
  if (named.size < 2) return null;
  const list = element("ul", "legend");
  for (const { series, place } of named.values()) {
    const item = element("li");
    item.append(swatch(figure.kind, colourOf(series, place), series.dashed === true), series.name);
    list.append(item);
  }
  return list;
}

function rampLegend(figure: Figure): HTMLElement | null {
  const values = figure.valueRange ?? valuesOf(figure);
  if (values.length === 0) return null;
  const legend = element("div", "ramp");
  const bar = element("i");
  bar.style.background = `linear-gradient(to right, ${ramp.join(", ")})`;
  const note = figure.logValue ? " (by ratios)" : "";
  const least = plain(Number(Math.min(...values).toPrecision(3)));
  const most = plain(Number(Math.max(...values).toPrecision(3)));
  const ends = element("span");
  ends.append(`${least} `, bar, ` ${most}`);
  legend.append(`${figure.valueLabel ?? ""}${note}: `, ends);
  return legend;
}

function swatch(kind: Figure["kind"], colour: string, dashed: boolean): SVGElement {
  const svg = svgElement("svg", { width: "22", height: "12", "aria-hidden": "true" });
  if (kind === "bars")
    svg.append(svgElement("rect", { x: "4", y: "1", width: "14", height: "10", fill: colour }));
  else if (kind !== "scatter" || dashed)
    svg.append(
      svgElement("path", {
        d: "M1 6H21",
        stroke: colour,
        "stroke-width": dashed ? "1.5" : "2.5",
        ...(dashed ? { "stroke-dasharray": "5 3" } : {}),
      }),
    );
  if (kind === "scatter") svg.append(svgElement("circle", { cx: "11", cy: "6", r: "4.5", fill: colour }));
  return svg;
}

/** An element of the page, with a class if it has one. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  return made;
}

function svgElement(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function cellOf(name: "th" | "td", text: string, isWords: boolean): HTMLElement {
  const made = element(name, isWords ? (text.length > 40 ? "words long" : "words") : "");
  made.textContent = text;
  return made;
}
