import type { Heartbeat, HeartbeatReply, Message } from "../../protocol/index.js";
import { type Decoded, encodeMessage, soleGroup } from "./codec.js";

/**
 * Nearly all frames are heartbeats and their replies, and differ from the last one in their seq alone. Writing or reading only the seq
 * saves much of a heartbeat's CPU (`npm run bench -- heartbeat`); a frame with any other difference goes through `codec.ts`.
 */

/** A frame as it was last seen, around its seq. */
interface Seen {
  readonly before: string;
  readonly after: string;
  readonly group: number;
  readonly message: Heartbeat | HeartbeatReply;
}

/** As many digits as a seq may have here; any number of so many is within the bounds of `frames.ts`. */
const mostDigits = 15;

/** Does what `encodeMessage` does, for messages one after the other, to any peer. */
export function createEncoder(): (message: Message) => string {
  let last: Seen | null = null;
  /** A leader sends one message to all, so it is encoded once. */
  let encoded: { readonly message: Message; readonly text: string } | null = null;

  function textOf(message: Message): string {
    if (last !== null && repeats(message, last.message)) return last.before + message.seq + last.after;
    const text = encodeMessage(message);
    last = seen(text, { ok: true, group: soleGroup, message }) ?? last;
    return text;
  }

  return (message) => {
    if (encoded?.message !== message) encoded = { message, text: textOf(message) };
    return encoded.text;
  };
}

/**
 * Does what `decodeFrame` does, for the frames of one peer one after the other.
 * @param decodeFrame a reader of frames (`createFrameDecoder`), which the decoders of a node share
 */
export function createDecoder(decodeFrame: (text: string) => Decoded): (text: string) => Decoded {
  let last: Seen | null = null;
  return (text) => {
    const seq = last === null ? null : seqIn(text, last);
    if (last !== null && seq !== null)
      return { ok: true, group: last.group, message: withSeq(last.message, seq) };
    const frame = decodeFrame(text);
    if (frame.ok) last = seen(text, frame) ?? last;
    return frame;
  };
}

/** True iff the message says what the other said, but for its seq. */
function repeats(message: Message, said: Heartbeat | HeartbeatReply): message is Heartbeat | HeartbeatReply {
  if (message.kind === "heartbeat")
    return (
      said.kind === "heartbeat" &&
      message.term === said.term &&
      message.configuration === null &&
      message.configurationId === said.configurationId &&
      message.hasMetadata === said.hasMetadata
    );
  return (
    message.kind === "heartbeatReply" &&
    said.kind === "heartbeatReply" &&
    message.term === said.term &&
    message.heartbeatTerm === said.heartbeatTerm &&
    message.accepted === said.accepted &&
    message.reason === said.reason &&
    message.voteHoldMs === said.voteHoldMs &&
    message.electionTimeoutMaxMs === said.electionTimeoutMaxMs &&
    message.candidacy === said.candidacy &&
    message.holdsMetadata === said.holdsMetadata &&
    message.configurationId === said.configurationId
  );
}

/** The frame around its seq, if it is of a kind that repeats. What stands before the seq holds no comma but those between fields. */
function seen(text: string, { group, message }: Extract<Decoded, { ok: true }>): Seen | null {
  if (message.kind !== "heartbeat" && message.kind !== "heartbeatReply") return null;
  if (message.kind === "heartbeat" && message.configuration !== null) return null;
  let from = 0;
  for (let index = message.kind === "heartbeat" ? 3 : 4; index > 0; index--)
    from = text.indexOf(",", from) + 1;
  const to = text.indexOf(",", from);
  if (text.slice(from, to) !== String(message.seq)) return null;
  return { before: text.slice(0, from), after: text.slice(to), group, message };
}

/** The seq of a frame that says what was seen, but for its seq; else null. */
function seqIn(text: string, { before, after }: Seen): number | null {
  const from = before.length;
  const to = text.length - after.length;
  if (to <= from || to - from > mostDigits || !text.startsWith(before) || !text.endsWith(after)) return null;
  let seq = 0;
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return null;
    seq = 10 * seq + digit;
  }
  // JSON has no numbers that begin with 0, but 0.
  return text.charCodeAt(from) === 48 && to - from > 1 ? null : seq;
}

function withSeq(message: Heartbeat | HeartbeatReply, seq: number): Message {
  const { kind, term, configurationId } = message;
  if (kind === "heartbeat") {
    const { configuration, hasMetadata } = message;
    return { kind, term, seq, configurationId, configuration, hasMetadata };
  }
  const { heartbeatTerm, accepted, reason, voteHoldMs } = message;
  const { electionTimeoutMaxMs, candidacy, holdsMetadata } = message;
  return {
    ...{ kind, term, heartbeatTerm, seq, accepted, reason, voteHoldMs, configurationId },
    ...{ electionTimeoutMaxMs, candidacy, holdsMetadata },
  };
}
