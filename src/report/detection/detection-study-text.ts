import type { DetectionStudyResult } from "../../tuning/detection/detection-study.js";
import type { Answer } from "../pages/figure.js";
import { answerText } from "../text/answer-text.js";
import { textTable } from "../text/text-table.js";

/** A study of failure detectors before all its numbers. */
export function detectionAnswer(question: string, { lead, facts }: DetectionStudyResult): Answer {
  return { lead, facts: [["asked", question], ...facts] };
}

/** What a person reads of a study of failure detectors: the answer, then a row for each detector and setting. */
export function detectionStudyText(question: string, result: DetectionStudyResult): string {
  const { rows } = result;
  const heads = Object.keys(rows[0] ?? {});
  const table = textTable([heads, ...rows.map((row) => heads.map((head) => String(row[head] ?? "-")))]);
  return `${answerText(detectionAnswer(question, result))}\n${table}`;
}
