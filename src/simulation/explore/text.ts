import { holdsLease, holdUntil, type Message, type Node } from "../../protocol/index.js";
import type { Move } from "./moves.js";
import { idOf, type MessageInFlight, tickMs, type World } from "./state.js";

/** A path of moves as lines to read: the time in ticks, what happened, and what it made of the node it happened to. */
export function pathText(worlds: readonly World[], moves: readonly Move[]): string[] {
  return moves.map((move, step) => {
    const [before, after] = [worlds[step] as World, worlds[step + 1] as World];
    const index = indexOfMove(before, move);
    const what = moveText(before, after, move);
    const line = `[${String(after.nowMs / tickMs).padStart(2)}] ${what}`;
    if (index === null) return line;
    const [was, is] = [stateText(before, index), stateText(after, index)];
    const sent = after.inFlight.filter((flight) => !before.inFlight.includes(flight));
    const said = sent.length === 0 ? "" : `; sends ${sent.map((flight) => flightText(flight)).join(", ")}`;
    return `${line}${was === is ? "" : ` -> ${is}`}${said}`;
  });
}

function indexOfMove(world: World, move: Move): number | null {
  if (move.kind === "tick") return null;
  return move.kind === "deliver" ? (world.inFlight[move.flight] as MessageInFlight).to : move.index;
}

function moveText(world: World, after: World, move: Move): string {
  switch (move.kind) {
    case "tick":
      return "half a vote hold passes";
    case "deliver": {
      const flight = world.inFlight[move.flight] as MessageInFlight;
      for (const [copy, other] of [
        [flight.from, flight.to],
        [flight.to, flight.from],
      ] as const)
        if (world.processes[copy] !== null && after.processes[copy] === null)
          return `${idOf(other)} refuses ${idOf(copy)}, whose record is a copy, and which ends for good`;
      return `${idOf(flight.to)} hears from ${idOf(flight.from)}: ${messageText(flight.message)}${move.kept ? " (a copy stays under way)" : ""}`;
    }
    case "timer":
      return `${idOf(move.index)} its timer fires`;
    case "write":
      return `${idOf(move.index)} its write is on disk`;
    case "crash":
      return `${idOf(move.index)} crashes, ${world.processes[move.index]?.writes.length ?? 0} writes unfinished`;
    case "restart":
      return `${idOf(move.index)} starts`;
    case "putBack":
      return `${idOf(move.index)} ${world.processes[move.index] === null ? "has its disk" : "crashes, and its disk is"} put back to what it was before its last start`;
    case "forge":
      return `${idOf(move.index)} hears from an outsider: ${forgedText(move)}`;
    case "drained":
      return `${idOf(move.index)} has drained`;
    case "transfer":
      return `${idOf(move.index)} is asked to hand over to ${idOf(move.other)}`;
    case "reconfigure":
      return `${idOf(move.index)} is asked to change the place of ${idOf(move.other)}`;
  }
}

function forgedText({ says, instead }: Extract<Move, { kind: "forge" }>): string {
  if (says === "order") return "campaign";
  const what = says === "heartbeat" ? "heartbeat" : "vote?";
  return `${what} of the next term, with a newer configuration that names it in place of ${instead}`;
}

function stateText(world: World, index: number): string {
  const process = world.processes[index];
  if (process === null || process === undefined) return "down";
  const { node, writes } = process;
  const { term, votedFor } = node.record;
  const parts = [`${roleText(node)} of term ${term}`];
  if (votedFor !== null) parts.push(`vote ${votedFor}`);
  if (holdsLease(node, world.nowMs)) parts.push("lease");
  if (holdUntil(node) > world.nowMs) parts.push("holds its vote");
  if (writes.length > 0) parts.push(`${writes.length} writing`);
  return parts.join(", ");
}

function roleText({ role }: Node): string {
  if (role.name !== "follower" || role.leader === null) return role.name;
  return `follower of ${role.leader}`;
}

function flightText({ to, message }: MessageInFlight): string {
  return `${messageText(message)} to ${idOf(to)}`;
}

function messageText(message: Message): string {
  const { term } = message;
  switch (message.kind) {
    case "heartbeat":
      return `heartbeat ${term}/${message.seq}`;
    case "heartbeatReply":
      return `${message.accepted ? "accepted" : "refused"} heartbeat ${message.heartbeatTerm}/${message.seq} at term ${term}`;
    case "requestVote":
      return `${message.preVote ? "pre-vote" : "vote"} for term ${term}?${message.transferFromTerm === null ? "" : ` (handed over by term ${message.transferFromTerm})`}`;
    case "requestVoteReply":
      return `${message.preVote ? "pre-vote" : "vote"} ${message.granted ? "granted" : `refused (${message.reason})`} at term ${term}`;
    case "timeoutNow":
      return `campaign after term ${term}, ${message.waitMs === 0 ? "which is over" : `and wait ${message.waitMs} ms`}`;
    case "handoverWait":
      return `wait ${message.waitMs} ms after term ${term}`;
    case "handoverDone":
      return `lead after term ${term}, which is over`;
    case "leaderNotice":
      return message.leads ? `metadata of term ${term}` : `no longer leads term ${term}`;
  }
}
