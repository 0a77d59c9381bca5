import type { Answer, Figure, FiguresData, SummaryTable } from "./figure.js";
import { figuresStyle } from "./figures-style.js";
import { htmlPage } from "./html-page.js";

/** One self-contained HTML file: the answer, if there is one, the figures, and their numbers as tables below them. */
export function figuresPage(
  title: string,
  figures: readonly Figure[],
  tables: readonly SummaryTable[] = [],
  answer: Answer | null = null,
): string {
  const data: FiguresData = { title, answer, figures, tables };
  return htmlPage("figures", title, figuresStyle, data);
}
