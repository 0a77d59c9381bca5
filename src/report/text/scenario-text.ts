import type { RecordedScenario } from "../recording/record.js";
import { failuresText, summaryFacts, summaryHead } from "./summary-text.js";
import { textTable } from "./text-table.js";
import { type TextTimelineOptions, textTimeline } from "./text-timeline.js";

/** What a person reads of a scenario that was played: the verdict, the figures, a picture of the first run, and what failed. */
export function scenarioText(
  { scenario, summary, recording }: RecordedScenario,
  options: TextTimelineOptions,
): string {
  const head = summaryHead(summary, scenario.question);
  const timeline = textTimeline(recording, options);
  return `${head}${textTable(summaryFacts(summary))}\n${timeline}${failuresText(summary)}\n`;
}
