import type { Figure, FigureSeries, FiguresData } from "../../../src/report/pages/figure.js";

/** What a page of figures was written for: the JSON that stands in it. */
export function dataOf(html: string): FiguresData {
  const text = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1];
  if (text === undefined) throw new Error("the page holds no data");
  return JSON.parse(text) as FiguresData;
}

/** The figure with this title. */
export function figureNamed({ figures }: FiguresData, title: string): Figure {
  const found = figures.find((figure) => figure.title === title);
  if (found === undefined)
    throw new Error(`no figure is called ${title}, but ${figures.map((figure) => figure.title).join("; ")}`);
  return found;
}

/** The series of a figure with this name. */
export function seriesNamed({ series }: Figure, name: string): FigureSeries {
  const found = series.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`no series is called ${name}, but ${series.map((one) => one.name).join("; ")}`);
  return found;
}

/** The rows of the only table of a page, each by the heads of its columns. */
export function rowsOf({ tables }: FiguresData): Record<string, string | number | null>[] {
  const [table, ...others] = tables;
  if (table === undefined || others.length > 0) throw new Error(`the page has ${tables.length} tables`);
  return table.rows.map((row) => {
    if (row.length !== table.head.length) throw new Error("a row is not as long as the head of its table");
    return Object.fromEntries(table.head.map((name, column) => [name, row[column] ?? null]));
  });
}
