import type { Message } from "../../protocol/index.js";
import { outsider } from "../run/forgery.js";
import { nodeIndex, type World } from "./state.js";

/** Counters matter only as far as somebody may still compare them: as their rank among those under way. */
export class Ranks {
  private readonly seqs = new Map<number, number[]>();
  private readonly rounds = new Map<number, number[]>();

  constructor({ processes, inFlight }: World) {
    for (const { from, to, message } of inFlight) this.note(from, to, message);
    for (const [index, process] of processes.entries()) {
      if (process === null) continue;
      const { node: of, waiting } = process;
      for (const { to, message } of waiting) if (to !== outsider) this.note(index, nodeIndex(to), message);
      insert(this.seqs, of.record.term, of.heardSeq);
      if (of.role.name === "leader") insert(this.seqs, of.record.term, of.role.seq);
      else if (of.role.name !== "follower") insert(this.rounds, index, of.role.round);
    }
  }

  seq(term: number, seq: number): number {
    return seq === 0 ? 0 : 1 + (this.seqs.get(term)?.indexOf(seq) ?? -1);
  }

  seqsOf(term: number): readonly number[] {
    return this.seqs.get(term) ?? [];
  }

  round(index: number, round: number): number {
    return this.rounds.get(index)?.indexOf(round) ?? -1;
  }

  private note(from: number, to: number, message: Message): void {
    if (message.kind === "heartbeat" || message.kind === "leaderNotice")
      insert(this.seqs, message.term, message.seq);
    else if (message.kind === "heartbeatReply") insert(this.seqs, message.heartbeatTerm, message.seq);
    else if (message.kind === "requestVote") insert(this.rounds, from, message.round);
    else if (message.kind === "requestVoteReply") insert(this.rounds, to, message.round);
  }
}

/** Keeps each list sorted and without doubles; 0 stands for none and is left out. */
function insert(lists: Map<number, number[]>, of: number, number: number): void {
  if (number === 0) return;
  const list = lists.get(of);
  if (list === undefined) {
    lists.set(of, [number]);
    return;
  }
  let at = list.length;
  while (at > 0 && (list[at - 1] as number) > number) at--;
  if (list[at - 1] !== number) list.splice(at, 0, number);
}
