import { createHash, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import type { NodeId } from "../protocol/index.js";
import type { Identity } from "../runtime/ports.js";
import type { CloseReason } from "./link-end.js";
import { helloFrame, problemOf } from "./wire.js";

/** The version of what is said on the wire. Peers of another version are refused. */
export const wireVersion = 1;

/** What a node says of itself, and asks of others. */
export interface Credentials {
  readonly identity: Identity;
  /** Proof of the shared token, or null for a cluster without one. */
  readonly proof: string | null;
}

/** The verdict on a hello. */
export type Verdict =
  | { readonly ok: true; readonly id: NodeId; readonly incarnation: string }
  | {
      readonly ok: false;
      readonly reason: CloseReason;
      readonly detail: string;
      readonly id: NodeId | null;
    };

/** A digest of the token: of fixed length, so that it is compared in constant time, and the token itself is never sent. */
export function proofOf(token: string): string {
  return createHash("sha256").update(`raftbeat token\n${token}`).digest("hex");
}

/** The first frame each side says. */
export function encodeHello({ identity, proof }: Credentials, expected: NodeId): string {
  const { cluster, id, incarnation } = identity;
  const hello: v.InferInput<typeof helloFrame> = [
    "raftbeat",
    wireVersion,
    cluster,
    id,
    incarnation,
    expected,
    proof,
  ];
  return JSON.stringify(hello);
}

/**
 * Judges the first frame of the other side. The token comes before everything else: who has none learns nothing.
 * @param expected whom this node dialled, or null if it was dialled
 */
export function judgeHello(text: string, own: Credentials, expected: NodeId | null): Verdict {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused("wrongProtocol", "expected raftbeat's hello");
  }
  if (!Array.isArray(value) || value[0] !== "raftbeat")
    return refused("wrongProtocol", "expected raftbeat's hello");
  if (value[1] !== wireVersion)
    return refused("wrongProtocol", `expected version ${wireVersion} of raftbeat's wire protocol`);
  const result = v.safeParse(helloFrame, value, { abortEarly: true });
  if (!result.success) return refused("badFrame", problemOf("hello", result.issues[0]));
  const [, , cluster, id, incarnation, called, proof] = result.output;

  const tokenProblem = problemOfProof(proof, own.proof);
  if (tokenProblem !== null) return refused("wrongToken", tokenProblem, id);
  if (cluster !== own.identity.cluster)
    return refused("wrongCluster", `expected cluster ${own.identity.cluster}, found ${cluster}`, id);
  if (called !== own.identity.id)
    return refused("wrongNode", `expected ${called}, found ${own.identity.id}`, id);
  if (expected !== null && id !== expected)
    return refused("wrongNode", `expected ${expected}, found ${id}`, id);
  if (id === own.identity.id) return refused("wrongNode", `${id} is this node's own id`, id);
  return { ok: true, id, incarnation };
}

function problemOfProof(given: string | null, own: string | null): string | null {
  if (own === null) return given === null ? null : "a token was given, but this node has none";
  if (given === null) return "a token is needed, but none was given";
  return timingSafeEqual(Buffer.from(given), Buffer.from(own)) ? null : "the token does not match";
}

function refused(reason: CloseReason, detail: string, id: NodeId | null = null): Verdict {
  return { ok: false, reason, detail, id };
}
