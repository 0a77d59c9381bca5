import { holdsLease, holdUntil, type Message, type Node } from "../../protocol/index.js";
import type { Move } from "./moves.js";
import { idOf, type Letter, tickMs, type World } from "./state.js";

/** A course of moves as lines to read: the time in ticks, what happened, and what it made of the node it happened to. */
export function courseText(worlds: readonly World[], moves: readonly Move[]): string[] {
  return moves.map((move, index) => {
    const [before, after] = [worlds[index] as World, worlds[index + 1] as World];
    const place = placeOfMove(before, move);
    const what = moveText(before, after, move);
    const line = `[${String(after.nowMs / tickMs).padStart(2)}] ${what}`;
    if (place === null) return line;
    const [was, is] = [stateText(before, place), stateText(after, place)];
    const sent = after.letters.filter((letter) => !before.letters.includes(letter));
    const said = sent.length === 0 ? "" : `; sends ${sent.map((letter) => letterText(letter)).join(", ")}`;
    return `${line}${was === is ? "" : ` -> ${is}`}${said}`;
  });
}

function placeOfMove(world: World, move: Move): number | null {
  if (move.kind === "tick") return null;
  return move.kind === "deliver" ? (world.letters[move.letter] as Letter).to : move.place;
}

function moveText(world: World, after: World, move: Move): string {
  switch (move.kind) {
    case "tick":
      return "half a vote hold passes";
    case "deliver": {
      const letter = world.letters[move.letter] as Letter;
      for (const [copy, other] of [
        [letter.from, letter.to],
        [letter.to, letter.from],
      ] as const)
        if (world.lives[copy] !== null && after.lives[copy] === null)
          return `${idOf(other)} refuses ${idOf(copy)}, whose record is a copy, and which ends for good`;
      return `${idOf(letter.to)} hears from ${idOf(letter.from)}: ${messageText(letter.message)}${move.kept ? " (a copy stays under way)" : ""}`;
    }
    case "timer":
      return `${idOf(move.place)} its timer fires`;
    case "write":
      return `${idOf(move.place)} its write is on disk`;
    case "crash":
      return `${idOf(move.place)} crashes, ${world.lives[move.place]?.writes.length ?? 0} writes unfinished`;
    case "restart":
      return `${idOf(move.place)} starts`;
    case "putBack":
      return `${idOf(move.place)} ${world.lives[move.place] === null ? "has its disk" : "crashes, and its disk is"} put back to what it was before its last start`;
    case "forge":
      return `${idOf(move.place)} hears from an outsider: ${forgedText(move)}`;
    case "drained":
      return `${idOf(move.place)} has drained`;
    case "transfer":
      return `${idOf(move.place)} is asked to hand over to ${idOf(move.other)}`;
    case "reconfigure":
      return `${idOf(move.place)} is asked to change the place of ${idOf(move.other)}`;
  }
}

function forgedText({ says, instead }: Extract<Move, { kind: "forge" }>): string {
  if (says === "order") return "campaign";
  const what = says === "heartbeat" ? "heartbeat" : "vote?";
  return `${what} of the next term, with a newer configuration that names it in place of ${instead}`;
}

function stateText(world: World, place: number): string {
  const life = world.lives[place];
  if (life === null || life === undefined) return "down";
  const { node, writes } = life;
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

function letterText({ to, message }: Letter): string {
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
