import type { StudyResult } from "../../tuning/study/result.js";
import { answerText } from "./answer-text.js";
import { studyAnswer } from "./study-answer.js";
import { textTable } from "./text-table.js";

/** What a person reads of a study: the answer, then a row for each case. */
export function studyText(name: string, question: string, results: readonly StudyResult[]): string {
  const rows = results.map(({ row }) => row);
  const heads = Object.keys(rows[0] ?? {});
  const table = textTable([heads, ...rows.map((row) => heads.map((head) => String(row[head] ?? "-")))]);
  return `${answerText(studyAnswer(name, question, results))}\n${table}`;
}
