/**
 * Runs, sweeps, studies and advice as data, text and self-contained HTML. It needs Node.js: the scripts of the pages are files of the package.
 */

export { detectionPage } from "./detection/detection-page.js";
export { detectionStudyText } from "./detection/detection-study-text.js";
export { advicePage } from "./pages/advice-page.js";
export type {
  Answer,
  Figure,
  FigureMark,
  FigurePoint,
  FigureSeries,
  FigureSlider,
  FiguresData,
  SummaryTable,
} from "./pages/figure.js";
export { figuresPage } from "./pages/figures-page.js";
export { runPage, scenarioReport } from "./pages/run-page.js";
export { studyPage } from "./pages/study-page.js";
export { sweepPage } from "./pages/sweep-page.js";
export {
  type RecordedRun,
  type RecordedScenario,
  type RunFigures,
  recordRun,
  recordScenario,
} from "./recording/record.js";
export { longestRecording, Recorder } from "./recording/recording.js";
export type {
  Announcement,
  Cause,
  DropReason,
  FaultBand,
  LeaseSpan,
  LinkChange,
  LinkState,
  MessageKind,
  Messages,
  NodeSpan,
  Recording,
  Refusal,
  RoleName,
  RoleSpan,
  ScenarioReport,
  SummaryFigures,
} from "./recording/run-data.js";
export { adviceText } from "./text/advice-text.js";
export { explorationText } from "./text/exploration-text.js";
export { scenarioText } from "./text/scenario-text.js";
export { studyText } from "./text/study-text.js";
export { failuresText, summaryFacts, summaryHead } from "./text/summary-text.js";
export { sweepText } from "./text/sweep-text.js";
export { type TextTimelineOptions, textTimeline } from "./text/text-timeline.js";
