import type { X509Certificate } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { RaftbeatError } from "../../errors.js";
import type { Identity } from "../../runtime/ports.js";
import { checkTls, ownCertificate, ownNameProblem, type TransportTls } from "./certificate.js";

/** A setting, or a function that is asked for it at each connection, so that it can change while the node runs. */
export type Renewable<Setting> = Setting | (() => Setting);

/** The token that all members share; two of them while one takes the place of the other. */
export type TransportToken = string | readonly string[];

/** How a node proves who it is, and what it asks of others. */
export interface SecretOptions {
  readonly token?: Renewable<TransportToken> | undefined;
  readonly tls?: Renewable<TransportTls> | undefined;
}

/** Tokens and certificates as of now. What cannot be used after a change is warned of once, and the old stays in use. */
export interface Secrets {
  /** None for a cluster without a token, else one or two. */
  tokens(): readonly string[];
  tls(): TransportTls | null;
  /** The certificate that this node shows, or null. */
  certificate(): X509Certificate | null;
}

/**
 * Takes tokens and certificates in use.
 * @param identity the node that the certificate must name, or null where it is not known yet
 * @throws RaftbeatError `invalidSettings`, never with the token in it
 */
export function createSecrets(
  { token, tls }: SecretOptions,
  identity: Identity | null,
  onWarning: (message: string) => void,
): Secrets {
  const warn = (what: string) => (problem: string) =>
    onWarning(`the new ${what} cannot be used, and the old stays in use: ${problem}`);
  const tokens = token === undefined ? () => [] : renewing(token, tokensOf, warn("token"));
  let first: TransportTls | null = null;
  const current =
    tls === undefined
      ? () => ({ tls: null, certificate: null })
      : renewing(
          tls,
          (given) => {
            checkTls(given);
            first ??= given;
            checkSameKind(first, given);
            const certificate = ownCertificate(given);
            const problem =
              certificate === null || identity === null ? null : ownNameProblem(certificate, identity, given);
            if (problem !== null) throw invalid(`tls.cert does not fit this node: ${problem}`);
            return { tls: given, certificate };
          },
          warn("certificate"),
        );
  return { tokens, tls: () => current().tls, certificate: () => current().certificate };
}

/** Asks for a setting that may change, and keeps the last one that could be used. */
function renewing<Given, Kept>(
  given: Renewable<Given>,
  keep: (value: Given) => Kept,
  onProblem: (problem: string) => void,
): () => Kept {
  if (typeof given !== "function") {
    const fixed = keep(given);
    return () => fixed;
  }
  const ask = given as () => Given;
  let seen = ask();
  let kept = keep(seen);
  let told: string | null = null;
  return () => {
    try {
      const next = ask();
      if (isDeepStrictEqual(next, seen)) return kept;
      seen = next;
      kept = keep(next);
      told = null;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== told) onProblem(problem);
      told = problem;
    }
    return kept;
  };
}

function tokensOf(given: TransportToken): readonly string[] {
  if (given === "") throw invalid("token is empty: leave it out or set one");
  const tokens: readonly unknown[] = Array.isArray(given) ? given : [given];
  const areFine = tokens.every((token) => typeof token === "string" && token !== "");
  if (!areFine || tokens.length < 1 || tokens.length > 2)
    throw invalid("token (not shown) must be a string that is not empty, or one or two of them");
  return tokens as readonly string[];
}

/** A server that listens cannot be made to ask for certificates, or to speak TLS at all, by a change. */
function checkSameKind(first: TransportTls, now: TransportTls): void {
  for (const name of ["requestCert", "rejectUnauthorized"] as const)
    if ((first[name] ?? null) !== (now[name] ?? null))
      throw invalid(`tls.${name} cannot change while the node runs: restart it`);
  if ((ownKind(first) === null) !== (ownKind(now) === null))
    throw invalid("tls.cert cannot come or go while the node runs: restart it");
}

function ownKind({ cert, pfx }: TransportTls): "own" | null {
  return cert === undefined && pfx === undefined ? null : "own";
}

function invalid(message: string): RaftbeatError {
  return new RaftbeatError("invalidSettings", message);
}
