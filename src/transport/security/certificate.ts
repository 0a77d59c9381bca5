import { X509Certificate } from "node:crypto";
import { type ConnectionOptions, createSecureContext, type SecureContextOptions, TLSSocket } from "node:tls";
import { RaftbeatError } from "../../errors.js";
import type { NodeId } from "../../protocol/index.js";

/** The node that a certificate is to name. */
export interface CertificateOwner {
  readonly cluster: string;
  readonly id: NodeId;
}

/**
 * Node's own TLS options, for dialling and for the server this transport makes (an https one if there is a certificate).
 *
 * With `requestCert` TLS is mutual: each side shows a certificate signed by `ca` for its own node id, as a DNS name among its
 * alternative names or as its common name; host names do not matter then. A certificate may name the cluster as well, by the URI
 * `raftbeat://CLUSTER/ID` among its alternative names. Without such a URI `ca` must be the cluster's own: any certificate that it
 * signs for another service is a member's certificate if the name fits.
 *
 * Without `requestCert` servers show a certificate for their host name, as for https. `rejectUnauthorized: false` takes any certificate,
 * and none: for trials only.
 */
export interface TransportTls extends SecureContextOptions {
  readonly requestCert?: boolean | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  /**
   * Under mutual TLS decides, in place of DNS names and common names, whether a certificate that `ca` has signed is one for this node of
   * this cluster: true, or false, or in a sentence why not. For names of other forms, such as `spiffe://prod/ns/x/sa/y`.
   */
  readonly verify?:
    | ((certificate: X509Certificate, expected: CertificateOwner) => boolean | string)
    | undefined;
}

/** Sees to it that Node can use these options. @throws RaftbeatError `invalidSettings` */
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

/** The certificate of these options, if it is there as PEM or DER; the first one where there are many. */
export function ownCertificate({ cert }: TransportTls): X509Certificate | null {
  const first = Array.isArray(cert) ? cert[0] : cert;
  return first === undefined ? null : new X509Certificate(first);
}

/** Why no peer would believe this certificate to be this node's, or null. */
export function ownNameProblem(
  certificate: X509Certificate,
  { cluster, id }: CertificateOwner,
  tls: TransportTls,
): string | null {
  return isMutual(tls) ? nameProblem(certificate, { cluster, id }, tls) : null;
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
 * Why the other end of a socket is not believed to be `expected`, or null if it is, or if nothing was asked for.
 * @param side whether this node dialled, or was dialled
 */
export function certificateProblem(
  socket: unknown,
  expected: CertificateOwner,
  tls: TransportTls | null,
  side: "dialled" | "accepted",
): string | null {
  if (tls?.rejectUnauthorized === false) return null;
  const mutual = tls?.requestCert === true;
  if (side === "accepted" && !mutual) return null;
  if (!(socket instanceof TLSSocket)) return mutual ? "expected a TLS connection" : null;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return `expected a certificate for ${expected.id}, found none`;
  if (!socket.authorized) return `the certificate is not trusted (${String(socket.authorizationError)})`;
  return mutual ? nameProblem(certificate, expected, tls) : null;
}

/** Why a certificate that was signed by the right authority is not one for this node, or null. */
function nameProblem(
  certificate: X509Certificate,
  expected: CertificateOwner,
  { verify }: TransportTls,
): string | null {
  const { cluster, id } = expected;
  const wanted = `raftbeat://${cluster}/${id}`;
  const named = clusterUris(certificate);
  if (named.length > 0 && !named.includes(wanted))
    return `expected a certificate for ${wanted}, found one for ${named.join(", ")}`;
  if (verify !== undefined) {
    const verdict = verdictOf(() => verify(certificate, expected));
    if (verdict === true) return null;
    return typeof verdict === "string"
      ? verdict
      : `expected a certificate for ${id} of ${cluster}, found one for ${namesOf(certificate)}`;
  }
  if (named.length > 0) return null;
  // The name that matched is compared once more: names in certificates know no upper case, ids do.
  return certificate.checkHost(id, { subject: "always", wildcards: false }) === id
    ? null
    : `expected a certificate for ${id}, found one for ${namesOf(certificate)}`;
}

/** A judge that throws has not said yes. */
function verdictOf(judge: () => boolean | string): boolean | string {
  try {
    return judge();
  } catch (error) {
    return `verify threw ${(error as Error).message}`;
  }
}

/** The URIs that name a cluster. Node quotes and escapes every name that holds a comma, so none can hide in another. */
function clusterUris({ subjectAltName = "" }: X509Certificate): readonly string[] {
  return subjectAltName.split(", ").flatMap((name) => /^URI:("?raftbeat:.*)$/i.exec(name)?.slice(1) ?? []);
}

function namesOf({ subject, subjectAltName }: X509Certificate): string {
  return [subject, subjectAltName].filter((name) => name !== undefined && name !== "").join(", ");
}
