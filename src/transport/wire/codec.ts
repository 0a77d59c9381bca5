import * as v from "valibot";
import type { Candidacy, Configuration, ConfigurationId, Member, Message } from "../../protocol/index.js";
import { problemOf } from "./field-schemas.js";
import { createFrames, type Frames, type ReadFrame, type WireFrame } from "./frames.js";

/** Between text on the wire and messages. Decoding trusts nothing: a message that it lets through is within the bounds of `frames.ts`. */

/** The only group of elections there is so far. */
export const soleGroup = 0;

/** A frame as it was understood, or in a short sentence why it was not. */
export type Decoded =
  | { readonly ok: true; readonly group: number; readonly message: Message }
  | { readonly ok: false; readonly problem: string };

/**
 * A message as a frame. A heartbeat that carries its configuration is taken to name that one.
 * @param message within the bounds of `frames.ts`; a reader refuses one beyond them
 */
export function encodeMessage(message: Message, group = soleGroup): string {
  return JSON.stringify(frameOf(message, group));
}

function frameOf(message: Message, group: number): WireFrame {
  switch (message.kind) {
    case "heartbeat": {
      const { term, seq, hasMetadata, configuration } = message;
      return configuration === null
        ? ["hb", group, term, seq, idOf(message.configurationId), digit(hasMetadata)]
        : ["hc", group, term, seq, whole(configuration), digit(hasMetadata)];
    }
    case "heartbeatReply": {
      const { term, heartbeatTerm, seq, accepted, reason, voteHoldMs } = message;
      const { electionTimeoutMaxMs, candidacy, holdsMetadata } = message;
      const held = idOf(message.configurationId);
      return [
        ...(["hr", group, term, heartbeatTerm, seq, accepted, reason, voteHoldMs, held] as const),
        ...([electionTimeoutMaxMs, indexOf(candidacy), digit(holdsMetadata)] as const),
      ];
    }
    case "requestVote": {
      const { term, preVote, round, transferFromTerm, configuration } = message;
      return ["rv", group, term, preVote, round, transferFromTerm, whole(configuration)];
    }
    case "requestVoteReply": {
      const { term, preVote, round, granted, reason, leader, remainingHoldMs, configuration } = message;
      const held = idOf(message.configurationId);
      const carried = configuration === null ? null : whole(configuration);
      return ["rr", group, term, preVote, round, granted, reason, leader, remainingHoldMs, held, carried];
    }
    case "timeoutNow":
      return ["tn", group, message.term, message.waitMs];
    case "handoverWait":
      return ["hw", group, message.term, message.waitMs];
    case "handoverDone":
      return ["hd", group, message.term];
    case "leaderNotice":
      return ["ln", group, message.term, message.seq, digit(message.leads), message.metadata];
  }
}

/**
 * Makes a reader of frames, which throws at no text. One reader serves all links of a node: it remembers the last
 * configuration that it understood, and messages share its lists of members.
 */
export function createFrameDecoder(): (text: string) => Decoded {
  const frames = createFrames();
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return { ok: false, problem: "expected JSON" };
    }
    if (!Array.isArray(value)) return { ok: false, problem: "expected an array" };
    const [kind] = value as readonly unknown[];
    if (!isKind(kind, frames)) return { ok: false, problem: "expected a known kind of frame" };
    const result = v.safeParse(frames[kind] as v.GenericSchema<unknown, ReadFrame>, value, {
      abortEarly: true,
    });
    return result.success
      ? { ok: true, group: result.output[1], message: messageOf(result.output) }
      : { ok: false, problem: problemOf(kind, result.issues[0]) };
  };
}

function isKind(kind: unknown, frames: Frames): kind is keyof Frames {
  return typeof kind === "string" && Object.hasOwn(frames, kind);
}

function messageOf(frame: ReadFrame): Message {
  switch (frame[0]) {
    case "hb": {
      const [, , term, seq, held, hasMetadata] = frame;
      const configurationId = idFrom(held);
      return { kind: "heartbeat", term, seq, configurationId, configuration: null, hasMetadata };
    }
    case "hc": {
      const [, , term, seq, configuration, hasMetadata] = frame;
      const configurationId = configuration.id;
      return { kind: "heartbeat", term, seq, configurationId, configuration, hasMetadata };
    }
    case "hr": {
      const [, , term, heartbeatTerm, seq, accepted, reason, voteHoldMs, held, ...rest] = frame;
      const [electionTimeoutMaxMs, candidacy, holdsMetadata] = rest;
      return {
        ...({ kind: "heartbeatReply", term, heartbeatTerm, seq, accepted, reason, voteHoldMs } as const),
        ...{ configurationId: idFrom(held), electionTimeoutMaxMs, candidacy, holdsMetadata },
      };
    }
    case "rv": {
      const [, , term, preVote, round, transferFromTerm, configuration] = frame;
      return { kind: "requestVote", term, preVote, round, configuration, transferFromTerm };
    }
    case "rr": {
      const [, , term, preVote, round, granted, reason, leader, remainingHoldMs, held, configuration] = frame;
      return {
        ...({ kind: "requestVoteReply", term, preVote, round, granted, reason, leader } as const),
        ...{ remainingHoldMs, configurationId: idFrom(held), configuration },
      };
    }
    case "tn": {
      const [, , term, waitMs] = frame;
      return { kind: "timeoutNow", term, waitMs };
    }
    case "hw": {
      const [, , term, waitMs] = frame;
      return { kind: "handoverWait", term, waitMs };
    }
    case "hd": {
      const [, , term] = frame;
      return { kind: "handoverDone", term };
    }
    case "ln": {
      const [, , term, seq, leads, metadata] = frame;
      return { kind: "leaderNotice", term, seq, leads, metadata };
    }
  }
}

function digit(claim: boolean): 0 | 1 {
  return claim ? 1 : 0;
}

function indexOf(candidacy: Candidacy): 0 | 1 | 2 {
  return candidacy === "open" ? 0 : candidacy === "barred" ? 1 : 2;
}

function idOf({ term, version, digest }: ConfigurationId): [number, number, string] {
  return [term, version, digest];
}

function idFrom([term, version, digest]: readonly [number, number, string]): ConfigurationId {
  return { term, version, digest };
}

type WireConfiguration = [number, number, string, WireMember[], WireMember[], string | null];

function whole({ id, clusterId, voters, observers }: Configuration): WireConfiguration {
  return [id.term, id.version, id.digest, voters.map(wireMember), observers.map(wireMember), clusterId];
}

type WireMember = [string, string, string | null];

function wireMember({ id, address, incarnation }: Member): WireMember {
  return [id, address, incarnation];
}
