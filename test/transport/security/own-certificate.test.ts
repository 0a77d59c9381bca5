import { webcrypto } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { describe, expect, it, onTestFinished } from "vitest";
import { planNode } from "../../../src/settings/node-plan.js";
import { ownCertificateProblem } from "../../../src/transport/security/own-certificate.js";
import { makeAuthority } from "../../support/certificates.js";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const hourMs = 3_600_000;

/** A certificate with the extensions given, signed by `issuer` or by itself. */
async function issued(name: string, extensions: x509.Extension[], issuer?: Issued): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "07",
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - hourMs),
    notAfter: new Date(Date.now() + hourMs),
    extensions,
  });
  return { name, keys, pem: certificate.toString("pem") };
}

interface Issued {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly pem: string;
}

const isAuthority = [new x509.BasicConstraintsExtension(true, undefined, true)];

describe("a node's own certificate", () => {
  it("fits by the authority that issued it, in its time and with its key", async () => {
    const own = await (await makeAuthority()).issue({ commonName: "a" });
    expect(ownCertificateProblem(own, Date.now())).toBeNull();
    const byDns = await (await makeAuthority()).issue({ dns: ["a"] });
    expect(ownCertificateProblem(byDns, Date.now())).toBeNull();
    expect(ownCertificateProblem(byDns, Date.now() + 2 * hourMs)).toMatch(
      /^the certificate of DNS:a expired/,
    );
  });

  it("does not fit once it has expired, or before it is valid", async () => {
    const own = await (await makeAuthority()).issue({ commonName: "a" });
    expect(ownCertificateProblem(own, Date.now() + 2 * hourMs)).toMatch(
      /^the certificate of CN=a expired on .*: issue a new one$/,
    );
    expect(ownCertificateProblem(own, Date.now() - 2 * hourMs)).toMatch(
      /is not valid before .*: check the clock/,
    );
  });

  it("does not fit with the key of another, nor with what is no key", async () => {
    const authority = await makeAuthority();
    const own = await authority.issue({ commonName: "a" });
    const { key } = await authority.issue({ commonName: "b" });
    expect(ownCertificateProblem({ ...own, key }, Date.now())).toMatch(/belongs to another key/);
    expect(ownCertificateProblem({ ...own, key: "secret" }, Date.now())).toMatch(/^the key cannot be read/);
  });

  it("does not fit by an authority that did not issue it, of the same name or of another", async () => {
    const own = await (await makeAuthority()).issue({ commonName: "a" });
    for (const name of ["test authority", "other"]) {
      const { pem: ca } = await makeAuthority(name);
      expect(ownCertificateProblem({ ...own, ca }, Date.now())).toMatch(
        /^the certificate of CN=a is not signed by the authority given as ca \(it names CN=test authority\)/,
      );
    }
    const self = await issued("a", []);
    expect(ownCertificateProblem({ cert: self.pem, ca: String(own.ca) }, Date.now())).toMatch(
      /is signed by none of those in ca/,
    );
  });

  it("fits through an authority between, which comes with it or among the authorities", async () => {
    const root = await issued("root", isAuthority);
    const between = await issued("between", isAuthority, root);
    const own = await issued("a", [], between);
    const problemWith = (cert: string[], ca: string[]) =>
      ownCertificateProblem({ cert: cert.join("\n"), ca: ca.join("\n") }, Date.now());
    expect(problemWith([own.pem, between.pem], [root.pem])).toBeNull();
    expect(problemWith([own.pem], [between.pem, root.pem])).toBeNull();
    expect(problemWith([own.pem], [root.pem])).toMatch(/is not signed by the authority given/);
    // An authority that is itself signed by one that is missing is not trusted by OpenSSL.
    expect(problemWith([own.pem], [between.pem])).toMatch(
      /is not signed by the authority given.*names CN=root/,
    );
  });

  it("does not fit members if it may only serve", async () => {
    const serves = [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])];
    const { pem: cert } = await issued("a", serves);
    expect(ownCertificateProblem({ cert, ca: cert, requestCert: true }, Date.now())).toMatch(
      /may not be used for clientAuth: issue one for serverAuth and clientAuth/,
    );
    expect(ownCertificateProblem({ cert, ca: cert }, Date.now())).toBeNull();
  });

  it("that does not fit is found at the start of raftbeat node, with the files' names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "raftbeat-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const own = await (await makeAuthority()).issue({ commonName: "a" });
    const { pem: ca } = await makeAuthority("other");
    const flags: Record<string, string> = { cluster: "x", id: "a", voters: "a=wss://h:1", data: folder };
    for (const [key, text] of Object.entries({ tlsCert: own.cert, tlsKey: own.key, tlsCa: ca })) {
      flags[key] = join(folder, `${key}.pem`);
      writeFileSync(flags[key], String(text));
    }
    expect(() => planNode({ flags, environment: {}, file: null })).toThrow(
      /^--tls-cert .*tlsCert\.pem, --tls-key .* and --tls-ca .* do not fit: the certificate of CN=a is not signed by/,
    );
    writeFileSync(String(flags["tlsCa"]), String(own.ca));
    expect(planNode({ flags, environment: {}, file: null }).tls).not.toBeNull();
  });
});
