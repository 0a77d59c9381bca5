import type { Message } from "../../protocol/index.js";
import type { DropReason } from "../../simulation/cluster/link.js";
import type { Messages } from "./run-data.js";
import { dropReasons, type MessageKind, messageKinds, refusals } from "./run-words.js";

/** All messages of a run with what became of them. */
export class MessageLog {
  private readonly sentMs: number[] = [];
  private readonly tookMs: number[] = [];
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly kind: number[] = [];
  private readonly term: number[] = [];
  private readonly drops: number[] = [];
  private readonly answer: number[] = [];
  private readonly refusals: Record<number, { leader: number | null; remainingHoldMs: number }> = {};
  private readonly copies: [number, number][] = [];
  /** For each link, the messages by identity: links carry the very objects. */
  private readonly indices: Map<Message, number>[];
  private readonly nodeCount: number;

  constructor(nodeCount: number) {
    this.nodeCount = nodeCount;
    this.indices = Array.from({ length: nodeCount * nodeCount }, () => new Map());
  }

  sent(
    nowMs: number,
    from: number,
    to: number,
    message: Message,
    indexNamed: (id: string | null) => number | null,
  ): void {
    const index = this.sentMs.length;
    this.indices[from * this.nodeCount + to]?.set(message, index);
    this.sentMs.push(rounded(nowMs));
    this.tookMs.push(-1);
    this.from.push(from);
    this.to.push(to);
    this.kind.push(messageKinds.indexOf(kindOf(message)));
    this.term.push(message.term);
    this.drops.push(0);
    this.answer.push(answerOf(message));
    if (message.kind === "requestVoteReply" && !message.granted)
      this.refusals[index] = {
        leader: indexNamed(message.leader),
        remainingHoldMs: rounded(message.remainingHoldMs),
      };
  }

  /** Gives the index of the message, or null for one that is not known. */
  delivered(nowMs: number, from: number, to: number, message: Message): number | null {
    const index = this.indexOf(from, to, message);
    if (index === null) return null;
    const tookMs = rounded(nowMs - (this.sentMs[index] as number));
    if (this.tookMs[index] === -1) this.tookMs[index] = tookMs;
    else if (this.drops[index] === 0) this.copies.push([index, rounded(nowMs)]);
    else {
      // One of two copies was lost and the other arrived.
      this.drops[index] = 0;
      this.tookMs[index] = tookMs;
    }
    return index;
  }

  dropped(nowMs: number, from: number, to: number, message: Message, why: DropReason): void {
    const index = this.indexOf(from, to, message);
    if (index === null || this.tookMs[index] !== -1) return;
    this.tookMs[index] = rounded(nowMs - (this.sentMs[index] as number));
    this.drops[index] = 1 + dropReasons.indexOf(why);
  }

  columns(): Messages {
    const { sentMs, tookMs, from, to, kind, term, drops, answer, copies } = this;
    return { sentMs, tookMs, from, to, kind, term, dropped: drops, answer, refusals: this.refusals, copies };
  }

  private indexOf(from: number, to: number, message: Message): number | null {
    return this.indices[from * this.nodeCount + to]?.get(message) ?? null;
  }
}

function kindOf(message: Message): MessageKind {
  switch (message.kind) {
    case "requestVote":
      return message.preVote ? "preVoteRequest" : "voteRequest";
    case "requestVoteReply":
      return message.preVote ? "preVoteReply" : "voteReply";
    case "heartbeat":
    case "heartbeatReply":
    case "timeoutNow":
    case "handoverWait":
    case "handoverDone":
    case "leaderNotice":
      return message.kind;
  }
}

/** As `Messages.answer` has it. */
function answerOf(message: Message): number {
  switch (message.kind) {
    case "heartbeatReply":
      return message.accepted ? 0 : 1 + refusals.indexOf(message.reason ?? "staleSeq");
    case "requestVoteReply":
      return message.granted ? 0 : 1 + refusals.indexOf(message.reason ?? "notReady");
    case "heartbeat":
    case "requestVote":
    case "timeoutNow":
    case "handoverWait":
    case "handoverDone":
    case "leaderNotice":
      return -1;
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
