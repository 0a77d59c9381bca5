import type { Study } from "./study.js";
import { splitVotesStudy } from "./study-model.js";
import {
  openQuestionsStudy,
  pausesStudy,
  prevoteCostStudy,
  quorumTimeoutStudy,
  transportStudy,
} from "./study-operations.js";
import { figure16Study, figure16TwinStudy, refloatedStudy, thesisWanStudy } from "./study-published.js";

/** Every study there is, by the name it is asked for. */
export const studies: readonly Study[] = [
  figure16Study,
  figure16TwinStudy,
  thesisWanStudy,
  refloatedStudy,
  splitVotesStudy,
  prevoteCostStudy,
  quorumTimeoutStudy,
  transportStudy,
  pausesStudy,
  openQuestionsStudy,
];
