import { createHmac, timingSafeEqual } from "node:crypto";

/** The side of a connection that a proof is made by, so that no proof can be sent back to the side that made it. */
export type Side = "dialling" | "accepting";

/**
 * Proves that this side knows the token, without telling it: an HMAC-SHA-256 (RFC 2104) under the token over the side and everything
 * that both sides have said. The nonces of both are among that, so a proof is good for one handshake.
 */
export function proofOf(token: string, side: Side, said: readonly unknown[]): string {
  return createHmac("sha256", token)
    .update(JSON.stringify(["raftbeat", side, ...said]))
    .digest("hex");
}

/** What the proofs of the other side are worth: the token that both know, or in a sentence why there is none. */
export type Proven =
  | { readonly ok: true; readonly token: string | null }
  | { readonly ok: false; readonly detail: string };

/** Compares the proofs given with those that the own tokens make, in a time that tells nothing. */
export function judgeProofs(
  given: readonly string[],
  tokens: readonly string[],
  side: Side,
  said: readonly unknown[],
): Proven {
  if (tokens.length === 0)
    return given.length === 0
      ? { ok: true, token: null }
      : { ok: false, detail: "a token was given, but this node has none" };
  if (given.length === 0) return { ok: false, detail: "a token is needed, but none was given" };
  let matched: string | null = null;
  for (const token of tokens) {
    const wanted = Buffer.from(proofOf(token, side, said));
    for (const proof of given) if (timingSafeEqual(wanted, Buffer.from(proof))) matched = token;
  }
  return matched === null ? { ok: false, detail: "the token does not match" } : { ok: true, token: matched };
}
