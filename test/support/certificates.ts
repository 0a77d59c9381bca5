import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { TransportTls } from "../../src/transport/security/certificate.js";

x509.cryptoProvider.set(webcrypto);
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Whom a certificate names, and how long from now it is valid (an hour). */
export interface Names {
  readonly commonName?: string;
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
  readonly ip?: string;
  readonly forMs?: number;
}

/** Somebody whose signature others believe. */
export interface Authority {
  readonly pem: string;
  /** What a node of this id needs: its certificate, its key, whom it believes, and that it asks others for theirs. */
  issue(names: Names): Promise<TransportTls>;
}

/** Makes an authority for one test. */
export async function makeAuthority(name = "test authority"): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    ...aroundNow(),
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const pem = authority.toString("pem");
  let serial = 1;
  return {
    pem,
    async issue({ commonName = "", dns = [], uris = [], ip, forMs }) {
      const own = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const alternatives = [
        ...dns.map((value) => ({ type: "dns" as const, value })),
        ...uris.map((value) => ({ type: "url" as const, value })),
        ...(ip === undefined ? [] : [{ type: "ip" as const, value: ip }]),
      ];
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: `${++serial}`.padStart(2, "0"),
        subject: commonName === "" ? "" : `CN=${commonName}`,
        issuer: authority.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        ...aroundNow(forMs),
        extensions: alternatives.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(alternatives)],
      });
      const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", own.privateKey)).toString("base64");
      return {
        ca: pem,
        cert: certificate.toString("pem"),
        key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
        requestCert: true,
      };
    },
  };
}

const hourMs = 3_600_000;

function aroundNow(forMs = hourMs): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + forMs) };
}
