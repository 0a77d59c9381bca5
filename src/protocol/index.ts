/**
 * The election protocol by itself, without I/O: `createNode`, then `step` with one fact after the other. Its rules: docs/protocol.md.
 * Read in this order: settings, message, configuration, node, input, effect, quorum, lease, voting, roles, election,
 * heartbeats, handover, membership, step. What to look for from outside is in `raftbeat/protocol/invariants`.
 */

export { shortestIntervalTooLongFor } from "./algorithms/deadlines.js";
export {
  holdsLease,
  holdUntil,
  leaseUntil,
  promiseUntil,
  quorumContact,
  quorumHold,
  quorumSeq,
  surePromiseMs,
} from "./algorithms/lease.js";
export * from "./algorithms/quorum.js";
export { beyondReach, furthestAhead } from "./algorithms/reach.js";
export * from "./data/arrival.js";
export * from "./data/bounds.js";
export * from "./data/configuration.js";
export type * from "./data/effect.js";
export type * from "./data/input.js";
export * from "./data/message.js";
export * from "./data/node.js";
export * from "./data/record.js";
export * from "./data/settings.js";
export * from "./data/standing.js";
export { hasTransferee, isDraining } from "./handover.js";
export { isMetadataRefused } from "./heartbeat-send.js";
export * from "./joining/copies.js";
export { foundedWithout, missingFounders, peersOf } from "./joining/founding.js";
export { recoveredRecord } from "./joining/recovery.js";
export { isConfigurationCommitted } from "./membership.js";
export { step } from "./step.js";
