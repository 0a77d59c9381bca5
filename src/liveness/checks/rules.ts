/** The rules of health checks as a whole: what runs them needs no more. */

export { createChecksState, pickOf, usableOf, weightOf } from "./checks.js";
export { resolveChecks } from "./checks-settings.js";
export { stepChecks, timerAtMs } from "./checks-step.js";
