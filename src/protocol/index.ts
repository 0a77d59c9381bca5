/**
 * The election protocol by itself, without I/O: `createNode`, then `step` with one fact after the other. Its rules: docs/protocol.md.
 * Read in this order: settings, message, configuration, node, transition, quorum, lease, voting, become, election,
 * heartbeat, transfer, membership, step; beside them, invariants: what to look for from outside.
 */
export * from "./arrival.js";
export { isMetadataRefused } from "./beat.js";
export * from "./bounds.js";
export * from "./configuration.js";
export { foundedWithout, missingFounders, peersOf } from "./founding.js";
export * from "./invariants.js";
export { holdsLease, holdUntil, leaseUntil, promiseUntil, quorumContact, quorumSeq } from "./lease.js";
export { isConfigurationCommitted } from "./membership.js";
export * from "./message.js";
export * from "./node.js";
export * from "./quorum.js";
export { beyondReach, furthestAhead } from "./reach.js";
export { recoveredRecord } from "./recovery.js";
export * from "./settings.js";
export * from "./standing.js";
export { hasOnlyToBeat, step } from "./step.js";
export { hasHeir, isDraining } from "./transfer.js";
export type * from "./transition.js";
