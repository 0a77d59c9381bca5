/**
 * What timeouts cost and give: closed forms, advice on settings, sweeps over the simulator, and published experiments played again.
 */

export { type Advice, advise } from "./advice/advise.js";
export {
  type CheckPlan,
  checkAdvice,
  type SimulatedFigures,
  type StallFigures,
} from "./advice/check-advice.js";
export type { Binding } from "./advice/constraints.js";
export { type DetectorRecommendation, recommendDetector } from "./advice/detector-advice.js";
export { doubtsOf } from "./advice/doubts.js";
export { settingsFit } from "./advice/fit.js";
export type { JudgedSettings } from "./advice/judged-settings.js";
export { type AdviceLimits, type BrokenLimit, brokenLimits, defaultAdviceLimits } from "./advice/limits.js";
export { linkOfProfile } from "./advice/link-of-profile.js";
export {
  type AdviceCheck,
  type AdviceReport,
  type AdviceRequest,
  reportAdvice,
} from "./advice/report.js";
export { etcdDefaults, etcdRule, type Yardstick, yardsticksOf } from "./advice/yardsticks.js";
export { detectionStudies } from "./detection/detection-studies.js";
export type {
  DetectionStudy,
  DetectionStudyOptions,
  DetectionStudyResult,
  TradeOffCurve,
  TradeOffFigure,
  TradeOffPoint,
} from "./detection/detection-study.js";
export { type MeasuredTrace, playDetectors } from "./detection/detectors-study.js";
export { jobs as tuningJobs } from "./job-table.js";
export {
  announcedFailureBoundMs,
  campaignMs,
  detectionMs,
  type ElectionModel,
  expectedRounds,
  falseElectionPerMs,
  falseSuspicionPerMs,
  firstTimeoutMs,
  firstTimeoutShare,
  leaderlessMs,
  nfdSQuality,
  type QualityOfService,
  roundCostMs,
  silentFailureBoundMs,
  splitVoteShare,
  unavailability,
} from "./model/closed-forms.js";
export type { ElectionTimes } from "./model/election-time.js";
export { type ExpectedFigures, expectedFiguresOf } from "./model/expectation.js";
export {
  checkProfile,
  type NetworkPreset,
  type NetworkProfile,
  networkPresets,
} from "./model/network-profile.js";
export type { BeatTrace, Sendings } from "./qos/beat-trace.js";
export { type LinkFigures, linkFiguresOf } from "./qos/measured-link.js";
export { type DetectorQos, type QosOptions, qos } from "./qos/qos.js";
export { type BeatWorld, seededTrace } from "./qos/seeded-trace.js";
export { type BeatLaw, theorem5 } from "./qos/theorem-5.js";
export { parseBeatTrace } from "./qos/trace-file.js";
export type { MeanInterval } from "./statistics/confidence.js";
export { type Interval, meanInterval, poissonInterval, quantileInterval } from "./statistics/confidence.js";
export { paretoFront } from "./statistics/pareto.js";
export { figure16, type Published, publishedShares, thesisWan } from "./study/published.js";
export type { StudyResult } from "./study/result.js";
export { runStudy, type StudyOptions } from "./study/run-study.js";
export { studies } from "./study/studies.js";
export type { Labels, Study, StudyCase, StudyRow, Trial } from "./study/study.js";
export { playTrials, type StudyJob } from "./study/study-job.js";
export type { Baseline, BaselineJob, BaselineResult } from "./sweep/baseline.js";
export type { CellRecord, StoppingRule } from "./sweep/cell-record.js";
export type { RunsJob, RunsResult } from "./sweep/cell-runs.js";
export type { CellSummary, RecoverySummary } from "./sweep/cell-summary.js";
export { sweepCsv } from "./sweep/csv.js";
export { type GridCell, type GridValue, parseVariation, type Variation } from "./sweep/grid.js";
export { type SweepMetric, sweepMetrics } from "./sweep/metric.js";
export { fingerprintOf, readSweepState, writeSweepState } from "./sweep/state.js";
export {
  planSweep,
  runSweep,
  type SweepOptions,
  type SweepPlan,
  type SweepProgress,
  type SweepReport,
  sweepDefaults,
} from "./sweep/sweep.js";
export { type SweepExecutor, type SweepJob, type SweepResult, sweepJob } from "./sweep/sweep-job.js";
