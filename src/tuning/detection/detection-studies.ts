import { bertier2002 } from "./bertier-2002.js";
import { chen2002 } from "./chen-2002.js";
import type { DetectionStudy } from "./detection-study.js";
import { detectorsStudy } from "./detectors-study.js";
import { hayashibara2004 } from "./hayashibara-2004.js";

/** Every study of failure detectors, by the name it is asked for. */
export const detectionStudies: readonly DetectionStudy[] = [
  detectorsStudy,
  chen2002,
  hayashibara2004,
  bertier2002,
];
