import { meet, strangerReason } from "../algorithms/identity.js";
import { furthestAhead } from "../algorithms/reach.js";
import type { NodeId } from "../data/configuration.js";
import type { Node } from "../data/node.js";
import type { Standing } from "../data/standing.js";
import { meetStart, refusesStanding } from "./copies.js";
import { foundIfComplete, meetFounder } from "./founding.js";

/**
 * A link with this peer is up: who it is, and how far its record has come, is remembered before it can forget what it promised (rules 22
 * and 29). A founder that waits for the others may have met the last of them (rule 28).
 */
export function onConnected(
  node: Node,
  from: NodeId,
  incarnation: string,
  standing: Standing | null,
  nowMs: number,
): void {
  if (standing !== null) {
    if (refusesStanding(node, from, incarnation, standing) !== null) return;
    // What cannot be is not remembered, or the record could never come up to it (rule 30).
    if (standing.term > node.record.term + furthestAhead || standing.startCount > furthestAhead) return;
    meetFounder(node, from, incarnation, standing);
    foundIfComplete(node);
  }
  if (strangerReason(node, from, incarnation, null) !== null) return;
  node.heardMemberAtMs = nowMs;
  meet(node, from, incarnation);
  if (standing !== null) meetStart(node, from, incarnation, standing);
}
