/** The rules of leader and workers as a whole: what runs them needs no more. */

export { resolveAssignment } from "./assignment-settings.js";
export { assignerCore, assignerTimerAtMs, stepAssigner } from "./leader/assigner.js";
export { createAssigner } from "./leader/assigner-state.js";
export { stepWorker, workerCore, workerTimerAtMs } from "./worker/worker.js";
export { isValid, leaseUntilMs } from "./worker/worker-leases.js";
export { createWorker } from "./worker/worker-state.js";
