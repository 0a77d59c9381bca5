import { createPrivateKey, X509Certificate } from "node:crypto";
import type { TransportTls } from "./certificate.js";

/** Extended key usages by object identifier: a member is server and client. */
const usages = { "1.3.6.1.5.5.7.3.1": "serverAuth", "1.3.6.1.5.5.7.3.2": "clientAuth" } as const;

/** No chain of certificates is longer. */
const longestChain = 16;

/**
 * Why no peer can believe this node's own certificate, with the remedy, or null: peers would refuse it one by one, while the node waits
 * for links that never come. The name in it is judged where links are made. Only PEM is judged, and authorities only where `ca` names them.
 */
export function ownCertificateProblem(tls: TransportTls, wallMs: number): string | null {
  const chain = certificatesIn(tls.cert);
  const [own] = chain;
  if (own === undefined) return null;
  const name = `the certificate of ${oneLine(own.subject) ?? own.subjectAltName ?? "nobody"}`;
  return (
    keyProblem(own, tls, name) ??
    timeProblem(own, wallMs, name) ??
    (tls.rejectUnauthorized === false
      ? null
      : (usageProblem(own, tls, name) ?? chainProblem(chain, certificatesIn(tls.ca), wallMs, name)))
  );
}

function keyProblem(own: X509Certificate, { key, passphrase }: TransportTls, name: string): string | null {
  if (typeof key !== "string" && !Buffer.isBuffer(key)) return null;
  try {
    const secret = createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
    return own.checkPrivateKey(secret)
      ? null
      : `${name} belongs to another key: give the key that it was issued for`;
  } catch {
    return "the key cannot be read: give it as PEM, and its passphrase if it has one";
  }
}

function timeProblem(certificate: X509Certificate, wallMs: number, name: string): string | null {
  const { validFrom, validTo } = certificate;
  if (wallMs > Date.parse(validTo)) return `${name} expired on ${validTo}: issue a new one`;
  if (wallMs < Date.parse(validFrom))
    return `${name} is not valid before ${validFrom}: check the clock of this machine`;
  return null;
}

function usageProblem({ keyUsage }: X509Certificate, tls: TransportTls, name: string): string | null {
  if (tls.requestCert !== true || keyUsage === undefined) return null;
  const missing = Object.entries(usages).filter(([id]) => !keyUsage.includes(id));
  if (missing.length === 0) return null;
  const what = missing.map(([, usage]) => usage).join(" and ");
  return `${name} may not be used for ${what}: issue one for serverAuth and clientAuth, as members both listen and dial`;
}

/** Follows the signatures from the own certificate to an authority that signed itself, as OpenSSL does. */
function chainProblem(
  [own, ...between]: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  wallMs: number,
  name: string,
): string | null {
  if (own === undefined || authorities.length === 0) return null;
  const isTrusted = (one: X509Certificate) =>
    authorities.some((ca) => ca.fingerprint256 === one.fingerprint256);
  let current = own;
  for (let length = 0; length < longestChain; length++) {
    if (isSignedBy(current, current))
      return isTrusted(current)
        ? null
        : `${name} is signed by none of those in ca: give the authority that issued it`;
    const issuer = [...authorities, ...between].find((candidate) => isSignedBy(current, candidate));
    if (issuer === undefined)
      return `${name} is not signed by the authority given as ca (it names ${oneLine(current.issuer) ?? "none"}): give the authority that issued it, and all between`;
    const problem = timeProblem(issuer, wallMs, `the authority ${oneLine(issuer.subject) ?? ""}`);
    if (problem !== null) return problem;
    current = issuer;
  }
  return `${name} has a chain of more than ${longestChain} authorities: give a shorter one`;
}

/** A distinguished name, which Node gives as lines, and an empty one not at all. */
function oneLine(name: string | undefined): string | undefined {
  return name === undefined || name === "" ? undefined : name.replaceAll("\n", ", ");
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Every certificate of a PEM, or of a list of them; what is none is judged where the options are used. */
function certificatesIn(given: TransportTls["cert"]): X509Certificate[] {
  const parts = Array.isArray(given) ? given : given === undefined ? [] : [given];
  const pems = parts.flatMap(
    (part) => part.toString().match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [],
  );
  try {
    return pems.map((pem) => new X509Certificate(pem));
  } catch {
    return [];
  }
}
