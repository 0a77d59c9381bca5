import * as v from "valibot";
import { longestNonceChars, maxEarlierNonces } from "../../protocol/index.js";
import { count, id } from "./field-schemas.js";

/**
 * What the frames of a handshake look like (`handshake.ts`): one challenge by the accepting side, then a hello by each side.
 *
 * The challenge keeps its shape in every version of the wire protocol, and so do the first two places of a hello: by them two releases
 * find the version that they go on with, or find that there is none.
 */

/** Longest frame of a handshake, in bytes. A longer one is refused before it is parsed. */
export const longestHelloBytes = 1024;

/** Longest sentence of a refusal inside a hello, in characters. */
export const longestRefusalChars = 200;

const nonce = v.custom<string>(isNonce, "expected 16 bytes in hex");
const proof = v.custom<string>(isProof, "expected a token proof");
const sentence = v.custom<string>(isSentence, "expected a printable sentence");

/** The accepting side's first frame: lowest and highest version it speaks, its nonce. */
export const challengeFrame = v.strictTuple([v.literal("raftbeat"), count, count, nonce]);

/** What a node says of its record: cluster id, start count, start nonce, the nonces of earlier starts, write count, term. */
const startNonce = v.pipe(id, v.maxLength(longestNonceChars, "expected a shorter nonce"));
const standing = v.strictTuple([
  v.nullable(id),
  count,
  startNonce,
  v.pipe(v.array(startNonce), v.maxLength(maxEarlierNonces, "expected fewer nonces")),
  count,
  count,
]);

/** Why the sender wants no link, as far as it can be said before the link is up: a reason and a sentence. */
const refusal = v.nullable(v.strictTuple([v.picklist(["wrongCluster", "olderCopy", "displaced"]), sentence]));

/**
 * What each side says of itself: version, cluster, own id, incarnation, the id it expects, standing, its nonce, a refusal, and a proof for
 * each token. The accepting side repeats the nonce of its challenge.
 */
export const helloFrame = v.strictTuple([
  v.literal("raftbeat"),
  count,
  id,
  id,
  id,
  id,
  standing,
  nonce,
  refusal,
  v.pipe(v.array(proof), v.maxLength(2, "expected at most two proofs")),
]);

/** A challenge as it is written. */
export type ChallengeFrame = v.InferOutput<typeof challengeFrame>;

/** A hello as it is written. */
export type HelloFrame = v.InferOutput<typeof helloFrame>;

function isNonce(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{32}$/.test(value);
}

function isProof(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isSentence(value: unknown): value is string {
  return typeof value === "string" && value.length <= longestRefusalChars && /^[\x20-\x7e]+$/.test(value);
}
