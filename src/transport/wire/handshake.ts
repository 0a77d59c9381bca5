import { randomBytes } from "node:crypto";
import * as v from "valibot";
import type { NodeId, Standing } from "../../protocol/index.js";
import type { Identity, PeerRefusal } from "../../runtime/ports.js";
import { asciiText, type SentCloseReason } from "./close-reason.js";
import { problemOf } from "./field-schemas.js";
import {
  type ChallengeFrame,
  challengeFrame,
  type HelloFrame,
  helloFrame,
  longestRefusalChars,
} from "./hello.js";
import { judgeProofs, proofOf } from "./token-proof.js";

/**
 * How two nodes find out that they belong together:
 *
 *     dialling side                                    accepting side
 *         <─────────── challenge: versions, nonce ───────────
 *         ── hello: version, my id, your id, nonce, proofs ──▶   judges; up
 *  judges; up  <────── hello: version, my id, proof ────────
 *
 * Each proof covers everything said so far and is good for this handshake and this side only (`token-proof.ts`). The accepting side says
 * who it is only to a dialler that has proved itself. The dialler has to begin: a squatter at a peer's address reads the
 * dialler's hello, and gains nothing that could be used elsewhere.
 */

/** The versions of the wire protocol that this release speaks. Version 1 gave a digest of the token away: it is refused. */
export const lowestWireVersion = 2;
export const highestWireVersion = 2;

/** What a node says of itself, and asks of others. */
export interface Credentials {
  readonly identity: Identity;
  /** The tokens that are valid at this moment, at most two; none for a cluster without one. */
  tokens(): readonly string[];
}

/** What is said for a node that says nothing of its record. */
export const unknownStanding: Standing = {
  clusterId: null,
  startCount: 0,
  startNonce: "unknown",
  earlierNonces: [],
  writeCount: 0,
  term: 0,
};

/** The other side of a connection, judged to be who it says it is. */
export interface Met {
  readonly id: NodeId;
  readonly incarnation: string;
  readonly standing: Standing;
  /** The version of the wire protocol that both go on with. */
  readonly version: number;
  /** True iff it knows a token of this node's. */
  readonly knowsToken: boolean;
  /** Why it wants no link with this node, or null. */
  readonly refusal: PeerRefusal | null;
}

/** What follows from a frame of the other side. */
export type Step =
  | { readonly next: "say"; readonly text: string }
  | { readonly next: "meet"; readonly peer: Met }
  | {
      readonly next: "refuse";
      readonly reason: SentCloseReason;
      readonly detail: string;
      /** Who the other side says it is, or null. */
      readonly id: NodeId | null;
    };

/** One side of a handshake. */
export interface Handshake {
  /** What this side says before it has heard anything, or null. */
  readonly opening: string | null;
  /** Takes the next frame; at the end of a handshake comes `meet` or `refuse`. */
  hear(text: string): Step;
  /** What this side has to say to a peer that it has met, perhaps that it wants no link; null if it has said everything. */
  answer(refusal: PeerRefusal | null): string | null;
}

type Refused = Extract<Step, { next: "refuse" }>;

/**
 * The accepting side of a handshake.
 * @param standing asked when this side says who it is
 * @param distrusts why the dialler's certificate is not one for the node it says it is, or null
 */
export function acceptHandshake(
  own: Credentials,
  standing: () => Standing,
  distrusts: (id: NodeId) => string | null,
): Handshake {
  const challenge: ChallengeFrame = ["raftbeat", lowestWireVersion, highestWireVersion, newNonce()];
  let answered: { readonly hello: HelloFrame; readonly token: string | null } | null = null;
  return {
    opening: JSON.stringify(challenge),
    hear(text) {
      const value = parsed(text);
      if (value === null) return refused("wrongProtocol", "expected raftbeat's hello");
      const version = value[1];
      if (typeof version !== "number" || !(version >= lowestWireVersion && version <= highestWireVersion))
        return refused("wrongProtocol", versionProblem(versionText(version)));
      const hello = readHello(value);
      if ("next" in hello) return hello;
      const proven = judgeProofs(hello[9], own.tokens(), "dialling", [challenge, hello.slice(0, 9)]);
      if (!proven.ok) return refused("wrongToken", proven.detail, hello[3]);
      const distrust = distrusts(hello[3]);
      if (distrust !== null) return refused("wrongCertificate", distrust, hello[3]);
      answered = { hello, token: proven.token };
      return identityProblem(hello, own, null) ?? { next: "meet", peer: metBy(hello, proven.token) };
    },
    answer(refusal) {
      if (answered === null) return null;
      const { hello, token } = answered;
      const said = ownHello(own.identity, hello[3], hello[1], standing(), challenge[3], refusal);
      const proofs = token === null ? [] : [proofOf(token, "accepting", [challenge, hello, said])];
      return JSON.stringify([...said, proofs]);
    },
  };
}

/** The dialling side of a handshake, with a server whose certificate was found right. */
export function dialHandshake(own: Credentials, standing: () => Standing, expected: NodeId): Handshake {
  let sent: {
    readonly challenge: ChallengeFrame;
    readonly hello: HelloFrame;
    readonly tokens: readonly string[];
  } | null = null;

  function onChallenge(value: readonly unknown[]): Step {
    const result = v.safeParse(challengeFrame, value, { abortEarly: true });
    if (!result.success) return refused("badFrame", problemOf("challenge", result.issues[0]));
    const challenge = result.output;
    const [, lowest, highest] = challenge;
    const version = Math.min(highest, highestWireVersion);
    if (version < Math.max(lowest, lowestWireVersion))
      return refused("wrongProtocol", versionProblem(rangeText(lowest, highest)));
    const tokens = own.tokens();
    const said = ownHello(own.identity, expected, version, standing(), newNonce(), null);
    const proofs = tokens.map((token) => proofOf(token, "dialling", [challenge, said]));
    sent = { challenge, hello: [...said, proofs], tokens };
    return { next: "say", text: JSON.stringify(sent.hello) };
  }

  return {
    opening: null,
    hear(text) {
      const value = parsed(text);
      if (sent === null)
        return value === null
          ? refused("wrongProtocol", "expected raftbeat's challenge")
          : onChallenge(value);
      if (value === null) return refused("wrongProtocol", "expected raftbeat's hello");
      if (value[1] !== sent.hello[1])
        return refused("wrongProtocol", `expected version ${sent.hello[1]}, found ${versionText(value[1])}`);
      const hello = readHello(value);
      if ("next" in hello) return hello;
      const said = [sent.challenge, sent.hello, hello.slice(0, 9)];
      const proven = judgeProofs(hello[9], sent.tokens, "accepting", said);
      if (!proven.ok) return refused("wrongToken", proven.detail, hello[3]);
      return identityProblem(hello, own, expected) ?? { next: "meet", peer: metBy(hello, proven.token) };
    },
    answer: () => null,
  };
}

/** A frame of a handshake as far as all versions agree, or null. */
function parsed(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value[0] === "raftbeat" ? value : null;
  } catch {
    return null;
  }
}

function readHello(value: readonly unknown[]): HelloFrame | Refused {
  const result = v.safeParse(helloFrame, value, { abortEarly: true });
  return result.success ? result.output : refused("badFrame", problemOf("hello", result.issues[0]));
}

/** Everything of a hello but its proofs. */
type Said = HelloFrame extends readonly [...infer Rest, unknown] ? Rest : never;

function ownHello(
  { cluster, id, incarnation }: Identity,
  to: NodeId,
  version: number,
  { clusterId, startCount, startNonce, earlierNonces, writeCount, term }: Standing,
  nonce: string,
  refusal: PeerRefusal | null,
): Said {
  return [
    "raftbeat",
    version,
    cluster,
    id,
    incarnation,
    to,
    [clusterId, startCount, startNonce, [...earlierNonces], writeCount, term],
    nonce,
    refusal === null ? null : [refusal.reason, asciiText(refusal.detail, longestRefusalChars)],
  ];
}

function metBy(hello: HelloFrame, token: string | null): Met {
  const [, version, , id, incarnation, , standing, , refusal] = hello;
  const [clusterId, startCount, startNonce, earlierNonces, writeCount, term] = standing;
  return {
    id,
    incarnation,
    standing: { clusterId, startCount, startNonce, earlierNonces, writeCount, term },
    version,
    knowsToken: token !== null,
    refusal: refusal === null ? null : { reason: refusal[0], detail: refusal[1] },
  };
}

/** Why the other side is not the node that belongs there, or null. @param expected the peer that this node dialled, or null */
function identityProblem(hello: HelloFrame, own: Credentials, expected: NodeId | null): Refused | null {
  const [, , cluster, id, , called] = hello;
  const { identity } = own;
  if (cluster !== identity.cluster)
    return refused("wrongCluster", `expected cluster ${identity.cluster}, found ${cluster}`, id);
  if (called !== identity.id) return refused("wrongNode", `expected ${called}, found ${identity.id}`, id);
  if (expected !== null && id !== expected)
    return refused("wrongNode", `expected ${expected}, found ${id}`, id);
  if (id === identity.id) return refused("wrongNode", `${id} is this node's own id`, id);
  return null;
}

function versionProblem(found: string): string {
  const wanted = rangeText(lowestWireVersion, highestWireVersion);
  return `expected version ${wanted} of raftbeat's wire protocol, found ${found}`;
}

function rangeText(lowest: number, highest: number): string {
  return lowest === highest ? `${lowest}` : `${lowest} to ${highest}`;
}

/** A version that the other side named, if it is one. */
function versionText(value: unknown): string {
  return Number.isSafeInteger(value) ? String(value) : "none";
}

function newNonce(): string {
  return randomBytes(16).toString("hex");
}

function refused(reason: SentCloseReason, detail: string, id: NodeId | null = null): Refused {
  return { next: "refuse", reason, detail, id };
}
