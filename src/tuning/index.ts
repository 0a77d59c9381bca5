/** What timeouts cost and give: closed forms, published experiments played again, and sweeps over the simulator. */
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
  nfdS,
  type QualityOfService,
  roundCostMs,
  silentFailureBoundMs,
  splitVoteShare,
  unavailability,
} from "./model/closed-forms.js";
export { figure16, type Published, publishedShares, thesisWan } from "./study/published.js";
export { runStudy, type StudyOptions } from "./study/run-study.js";
export { studies } from "./study/studies.js";
export type { Row, Study, StudyCase, Trial } from "./study/study.js";
