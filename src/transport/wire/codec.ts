import * as v from "valibot";
import type { Candidacy, Configuration, ConfigurationId, Member, Message } from "../../protocol/index.js";
import { frames, problemOf, type WireFrame } from "./frames.js";

/** Between text on the wire and messages. Decoding trusts nothing: what it lets through is within the bounds of `wire.ts`. */

/** The only group of elections there is so far. */
export const soleGroup = 0;

/** A frame as it was understood, or in a short sentence why it was not. */
export type Decoded =
  | { readonly ok: true; readonly group: number; readonly message: Message }
  | { readonly ok: false; readonly problem: string };

/**
 * A message as a frame. A heartbeat that carries its configuration is taken to name that one.
 * @param message within the bounds of `wire.ts`; one beyond them will be refused by whoever reads it
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
        ...([electionTimeoutMaxMs, placeOf(candidacy), digit(holdsMetadata)] as const),
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

/** Understands a frame. Never throws, whatever the text. */
export function decodeFrame(text: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: "expected JSON" };
  }
  if (!Array.isArray(value)) return { ok: false, problem: "expected an array" };
  switch (value[0]) {
    case "hb":
      return understand(frames.hb, value, heartbeat);
    case "hc":
      return understand(frames.hc, value, ([, group, term, seq, configuration, hasMetadata]) => ({
        ok: true,
        group,
        message: {
          kind: "heartbeat",
          term,
          seq,
          configurationId: configuration.id,
          configuration,
          hasMetadata,
        },
      }));
    case "hr":
      return understand(frames.hr, value, heartbeatReply);
    case "rv":
      return understand(
        frames.rv,
        value,
        ([, group, term, preVote, round, transferFromTerm, configuration]) => ({
          ok: true,
          group,
          message: { kind: "requestVote", term, preVote, round, configuration, transferFromTerm },
        }),
      );
    case "rr":
      return understand(
        frames.rr,
        value,
        ([, group, term, preVote, round, granted, reason, leader, remainingHoldMs, held, configuration]) => ({
          ok: true,
          group,
          message: {
            kind: "requestVoteReply",
            term,
            preVote,
            round,
            granted,
            reason,
            leader,
            remainingHoldMs,
            configurationId: idFrom(held),
            configuration,
          },
        }),
      );
    case "tn":
      return understand(frames.tn, value, ([, group, term, waitMs]) => ({
        ok: true,
        group,
        message: { kind: "timeoutNow", term, waitMs },
      }));
    case "hw":
      return understand(frames.hw, value, ([, group, term, waitMs]) => ({
        ok: true,
        group,
        message: { kind: "handoverWait", term, waitMs },
      }));
    case "hd":
      return understand(frames.hd, value, ([, group, term]) => ({
        ok: true,
        group,
        message: { kind: "handoverDone", term },
      }));
    case "ln":
      return understand(frames.ln, value, ([, group, term, seq, leads, metadata]) => ({
        ok: true,
        group,
        message: { kind: "leaderNotice", term, seq, leads, metadata },
      }));
    default:
      return { ok: false, problem: "expected a known kind of frame" };
  }
}

function understand<Schema extends v.GenericSchema>(
  schema: Schema,
  value: readonly unknown[],
  read: (frame: v.InferOutput<Schema>) => Decoded,
): Decoded {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success
    ? read(result.output)
    : { ok: false, problem: problemOf(String(value[0]), result.issues[0]) };
}

function heartbeat([, group, term, seq, held, hasMetadata]: v.InferOutput<typeof frames.hb>): Decoded {
  const configurationId = idFrom(held);
  const message: Message = {
    kind: "heartbeat",
    term,
    seq,
    configurationId,
    configuration: null,
    hasMetadata,
  };
  return { ok: true, group, message };
}

function heartbeatReply(frame: v.InferOutput<typeof frames.hr>): Decoded {
  const [, group, term, heartbeatTerm, seq, accepted, reason, voteHoldMs, held, ...rest] = frame;
  const [electionTimeoutMaxMs, candidacy, holdsMetadata] = rest;
  const configurationId = idFrom(held);
  const message: Message = {
    kind: "heartbeatReply",
    term,
    heartbeatTerm,
    seq,
    accepted,
    reason,
    voteHoldMs,
    configurationId,
    electionTimeoutMaxMs,
    candidacy,
    holdsMetadata,
  };
  return { ok: true, group, message };
}

function digit(claim: boolean): 0 | 1 {
  return claim ? 1 : 0;
}

function placeOf(candidacy: Candidacy): 0 | 1 | 2 {
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
