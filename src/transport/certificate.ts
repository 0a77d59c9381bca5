import { type ConnectionOptions, createSecureContext, type SecureContextOptions, TLSSocket } from "node:tls";
import { RaftbeatError } from "../errors.js";
import type { NodeId } from "../protocol/index.js";

/**
 * Node's own TLS options, for dialling and for the server this transport makes (an https one if there is a certificate).
 *
 * With `requestCert` TLS is mutual: each side shows a certificate signed by `ca` for its own node id, as a DNS name among its
 * alternative names or as its common name; host names do not matter then. Without it servers show a certificate for their host
 * name, as for https. `rejectUnauthorized: false` takes any certificate, and none: for trials only.
 */
export interface TransportTls extends SecureContextOptions {
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

/** Sees to it that Node can use these options. Errors: `invalidSettings`. */
export function checkTls(tls: TransportTls): void {
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new RaftbeatError(
      "invalidSettings",
      `tls cannot be used (${(cause as Error).message}): give cert, key and ca as PEM, the key that of the certificate`,
      { cause },
    );
  }
}

/** True iff each side of a connection has to show a certificate for its id, and it is verified. */
export function isMutual(tls: TransportTls | null): boolean {
  return tls?.requestCert === true && tls.rejectUnauthorized !== false;
}

/** Options for a dial: what Node would judge by breaking the connection is judged by `certificateProblem`, so that both sides hear why. */
export function dialOptions(tls: TransportTls | null): ConnectionOptions {
  const judgedById = tls?.requestCert === true;
  return {
    ...tls,
    rejectUnauthorized: false,
    ...(judgedById ? { checkServerIdentity: () => undefined } : {}),
  };
}

/**
 * Why the other end of a socket is not believed to be `id`, or null if it is, or if nothing was asked for.
 * @param side whether this node dialled, or was dialled
 */
export function certificateProblem(
  socket: unknown,
  id: NodeId,
  tls: TransportTls | null,
  side: "dialled" | "accepted",
): string | null {
  if (tls?.rejectUnauthorized === false) return null;
  const mutual = tls?.requestCert === true;
  if (side === "accepted" && !mutual) return null;
  if (!(socket instanceof TLSSocket)) return mutual ? "expected a TLS connection" : null;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return `expected a certificate for ${id}, found none`;
  if (!socket.authorized) return `the certificate is not trusted (${String(socket.authorizationError)})`;
  // The name that matched is compared once more: names in certificates know no upper case, ids do.
  if (mutual && certificate.checkHost(id, { subject: "always", wildcards: false }) !== id)
    return `expected a certificate for ${id}, found one for ${namesOf(certificate)}`;
  return null;
}

function namesOf({
  subject,
  subjectAltName,
}: {
  subject: string;
  subjectAltName: string | undefined;
}): string {
  return [subject, subjectAltName].filter((name) => name !== undefined && name !== "").join(", ");
}
