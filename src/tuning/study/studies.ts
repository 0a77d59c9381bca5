import {
  openQuestionsStudy,
  pausesStudy,
  prevoteCostStudy,
  quorumTimeoutStudy,
  transportStudy,
} from "./operations.js";
import { figure16Study, figure16TwinStudy, refloatedStudy, thesisWanStudy } from "./published-studies.js";
import { splitVotesStudy } from "./split-votes.js";
import type { Study } from "./study.js";

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
