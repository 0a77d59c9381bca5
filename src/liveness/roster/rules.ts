/** An observer's rules as a whole: what runs them needs no more. */

export { createRoster, timerAtMs } from "./roster.js";
export { resolveRoster } from "./roster-settings.js";
export { stepRoster } from "./roster-step.js";
