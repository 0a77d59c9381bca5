import type { ElectorStatus } from "../elector/status.js";
import type { NodeEvent } from "./node-event.js";

/** What a new status tells that the one before did not, besides what the elector tells by itself: its being elected and losing, and its warnings. */
export function changesOf(before: ElectorStatus | null, after: ElectorStatus): NodeEvent[] {
  const events: NodeEvent[] = [];
  if (after.role !== before?.role && (after.role === "preCandidate" || after.role === "candidate"))
    events.push({ event: "role", role: after.role, term: after.term });
  if (leaderOf(after) !== leaderOf(before) && after.leader !== after.id) {
    const { leader, term, leaderMetadata: metadata } = after;
    events.push({ event: "leader", leader, term, metadata });
  }
  if (before !== null && (membersOf(after) !== membersOf(before) || after.removed !== before.removed))
    events.push({
      event: "members",
      voters: after.voters.map(({ id }) => id),
      observers: after.observers.map(({ id }) => id),
      removed: after.removed,
    });
  if (before !== null && after.isolated !== before.isolated)
    events.push({ event: "isolated", isolated: after.isolated });
  return events;
}

/** Who leads, in which term and with which metadata. */
function leaderOf(status: ElectorStatus | null): string {
  if (status === null || status.leader === null) return "";
  return JSON.stringify([status.leader, status.term, status.leaderMetadata]);
}

function membersOf({ voters, observers }: ElectorStatus): string {
  return JSON.stringify([voters.map(({ id }) => id), observers.map(({ id }) => id)]);
}
