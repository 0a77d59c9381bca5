import { describe, expect, it } from "vitest";
import type {
  Heartbeat,
  HeartbeatReply,
  Message,
  RequestVote,
  RequestVoteReply,
} from "../../../src/protocol/index.js";
import { MessageLog } from "../../../src/report/recording/message-log.js";
import { dropReasons, messageKinds, refusals } from "../../../src/report/recording/run-words.js";

const heartbeat = { kind: "heartbeat", term: 3, seq: 1 } as unknown as Heartbeat;
const accepted = {
  kind: "heartbeatReply",
  term: 3,
  accepted: true,
  reason: null,
} as unknown as HeartbeatReply;
const asked = { kind: "requestVote", term: 4, preVote: false } as unknown as RequestVote;
const granted = {
  kind: "requestVoteReply",
  term: 4,
  preVote: false,
  granted: true,
  reason: null,
  leader: null,
  remainingHoldMs: 0,
} as unknown as RequestVoteReply;

const names = ["n1", "n2", "n3"];
const indexNamed = (id: string | null) => (id === null ? null : names.indexOf(id));

/** A log of three nodes in which the second sent these messages to the third, one a second. */
function logOf(...messages: readonly Message[]): MessageLog {
  const log = new MessageLog(3);
  for (const [index, message] of messages.entries()) log.sent(index * 1_000, 1, 2, message, indexNamed);
  return log;
}

describe("a log of messages", () => {
  it("has a row for each message: when, from whom, to whom, its term, and that it is still under way", () => {
    const { sentMs, tookMs, from, to, term, dropped } = logOf(heartbeat, asked).columns();
    expect({ sentMs, tookMs, from, to, term, dropped }).toEqual({
      sentMs: [0, 1_000],
      tookMs: [-1, -1],
      from: [1, 1],
      to: [2, 2],
      term: [3, 4],
      dropped: [0, 0],
    });
  });

  it.each<[Message, string]>([
    [heartbeat, "heartbeat"],
    [accepted, "heartbeatReply"],
    [asked, "voteRequest"],
    [{ ...asked, preVote: true }, "preVoteRequest"],
    [granted, "voteReply"],
    [{ ...granted, preVote: true }, "preVoteReply"],
    [{ kind: "timeoutNow", term: 1, waitMs: 0 } as unknown as Message, "timeoutNow"],
    [{ kind: "leaderNotice", term: 1 } as unknown as Message, "leaderNotice"],
  ])("tells kinds apart, pre-votes from votes: %o", (message, kind) => {
    expect(messageKinds[logOf(message).columns().kind[0] as number]).toBe(kind);
  });

  it.each<[Message, number | string]>([
    [heartbeat, -1],
    [asked, -1],
    [accepted, 0],
    [granted, 0],
    [{ ...granted, granted: false, reason: "alreadyVoted" }, "alreadyVoted"],
    [{ ...accepted, accepted: false, reason: "staleTerm" }, "staleTerm"],
    [{ ...accepted, accepted: false, reason: null }, "staleSeq"],
  ])("knows what was answered: %o is %s", (message, answer) => {
    const told = logOf(message).columns().answer[0] as number;
    expect(told > 0 ? refusals[told - 1] : told).toBe(answer);
  });

  it("keeps what else a refused vote says", () => {
    const refusal = {
      ...granted,
      granted: false,
      reason: "voteHold",
      leader: "n3",
      remainingHoldMs: 12.34567,
    } as const;
    expect(logOf(granted, refusal).columns().refusals).toEqual({ 1: { leader: 2, remainingHoldMs: 12.346 } });
  });

  it("knows when a message arrived, and gives its index", () => {
    const log = logOf(heartbeat, asked);
    expect(log.delivered(1_012.5, 1, 2, asked)).toBe(1);
    expect(log.columns().tookMs).toEqual([-1, 12.5]);
    expect(log.columns().dropped).toEqual([0, 0]);
  });

  it("knows when and why a message was lost", () => {
    const log = logOf(heartbeat);
    log.dropped(7, 1, 2, heartbeat, "down");
    const { tookMs, dropped } = log.columns();
    expect([tookMs, dropReasons[(dropped[0] as number) - 1]]).toEqual([[7], "down"]);
  });

  it("knows nothing of a message on another link, or of another object that looks alike", () => {
    const log = logOf(heartbeat);
    expect(log.delivered(5, 2, 1, heartbeat)).toBeNull();
    expect(log.delivered(5, 1, 2, { ...heartbeat })).toBeNull();
    log.dropped(5, 2, 1, heartbeat, "cut");
    expect(log.columns().tookMs).toEqual([-1]);
  });

  it("keeps the first arrival of a message that came twice, and the second as a copy", () => {
    const log = logOf(heartbeat);
    log.delivered(5, 1, 2, heartbeat);
    log.delivered(9, 1, 2, heartbeat);
    log.dropped(11, 1, 2, heartbeat, "loss");
    const { tookMs, dropped, copies } = log.columns();
    expect([tookMs, dropped, copies]).toEqual([[5], [0], [[0, 9]]]);
  });

  it("takes a message as arrived of which one copy was lost and the other arrived", () => {
    const log = logOf(heartbeat);
    log.dropped(5, 1, 2, heartbeat, "loss");
    log.delivered(9, 1, 2, heartbeat);
    const { tookMs, dropped, copies } = log.columns();
    expect([tookMs, dropped, copies]).toEqual([[9], [0], []]);
  });
});
