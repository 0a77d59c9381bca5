import type { Figure, FiguresData, SummaryTable } from "./figure.js";
import { figuresStyle } from "./figures-style.js";
import { htmlPage } from "./html-page.js";

/** One self-contained HTML file that draws these figures, with their numbers as tables below them. */
export function figuresPage(
  title: string,
  figures: readonly Figure[],
  tables: readonly SummaryTable[] = [],
): string {
  const data: FiguresData = { title, figures, tables };
  return htmlPage("figures", title, figuresStyle, data);
}
