import { existsSync, statSync } from "node:fs";
import type { TlsOptions } from "node:tls";
import { systemClock } from "../runtime/system-ports.js";
import { ownCertificateProblem } from "../transport/security/own-certificate.js";
import { invalid, readText } from "./setting-sources.js";

/** The content of the files of mutual TLS. */
export type TlsFiles = Readonly<Required<Pick<TlsOptions, "cert" | "key" | "ca">>>;

/** No certificate or key is larger. */
const largestPemBytes = 1024 * 1024;

/** A token, or the file that holds it. */
interface GivenToken {
  readonly token?: string;
  readonly tokenFile?: string;
}

/**
 * The tokens that are valid at this moment; null if none was given.
 * @throws RaftbeatError `invalidSettings`, at once and from the function
 */
export function tokensOf(given: GivenToken): (() => readonly string[]) | null {
  const { token, tokenFile } = given;
  if (token !== undefined && tokenFile !== undefined)
    throw invalid(`the token is given twice, by itself and in the file ${tokenFile}: give one`);
  if (tokenFile !== undefined) return rereading([tokenFile], () => tokensIn(tokenFile));
  if (token === undefined) return null;
  checkToken(token, "the token");
  return () => [token];
}

/**
 * The files of mutual TLS as they are at this moment; null if none was given.
 * @param names how an error names the three settings
 * @throws RaftbeatError `invalidSettings`, at once and from the function
 */
export function tlsOf(
  given: { readonly tlsCert?: string; readonly tlsKey?: string; readonly tlsCa?: string },
  names = { cert: "--tls-cert", key: "--tls-key", ca: "--tls-ca" },
): (() => TlsFiles) | null {
  const { tlsCert, tlsKey, tlsCa } = given;
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined || tlsCa === undefined) {
    const all = [
      { name: names.cert, file: tlsCert },
      { name: names.key, file: tlsKey },
      { name: names.ca, file: tlsCa },
    ];
    const missing = all.filter(({ file }) => file === undefined).map(({ name }) => name);
    throw invalid(
      `${missing.join(" and ")} missing: TLS needs ${names.cert}, ${names.key} and ${names.ca} together`,
    );
  }
  return rereading([tlsCert, tlsKey, tlsCa], () => {
    const files = {
      cert: readSecret(tlsCert, "the certificate", largestPemBytes),
      key: readSecret(tlsKey, "the key", largestPemBytes),
      ca: readSecret(tlsCa, "the certificate authority", largestPemBytes),
    };
    const problem = ownCertificateProblem({ ...files, requestCert: true }, systemClock().wallMs());
    if (problem !== null)
      throw invalid(
        `${names.cert} ${tlsCert}, ${names.key} ${tlsKey} and ${names.ca} ${tlsCa} do not fit: ${problem}`,
      );
    return files;
  });
}

/** The text of a file. A name that is no path and of no file may be the secret itself, put in the wrong place: it is not repeated. */
function readSecret(file: string, what: string, largestBytes: number): string {
  const isPath = /^\.{0,2}\/[^\r\n]{0,200}$/.test(file);
  if (isPath || existsSync(file)) return readText(file, what, largestBytes);
  throw invalid(
    `${what} cannot be read: what is given names no file (not shown, as it may be the secret itself): give a path, such as ./token`,
  );
}

/** Reads at once, and again whenever one of the files has changed since. A pipe is read once. */
function rereading<Content>(files: readonly string[], read: () => Content): () => Content {
  let stamp = stampOf(files);
  let content = read();
  return () => {
    const now = stampOf(files);
    if (now === stamp) return content;
    content = read();
    stamp = now;
    return content;
  };
}

/** Changes with any of the files, also where another one takes its place. */
function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
      if (stats === undefined) return "missing";
      return stats.isFile()
        ? [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(" ")
        : "pipe";
    })
    .join(", ");
}

/** One token a line: two while one takes the place of the other. */
function tokensIn(file: string): readonly string[] {
  const lines = readSecret(file, "the token file", 4096).split(/\r?\n/);
  const tokens = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (tokens.length === 0) throw invalid(`${file} is empty: the token file must hold the token`);
  if (tokens.length > 2)
    throw invalid(
      `${file} holds ${tokens.length} lines: give one token, or two while one replaces the other`,
    );
  for (const token of tokens) checkToken(token, `the token in ${file}`);
  return tokens;
}

/** A header of HTTP must carry it, and leaves out spaces at its ends. */
function checkToken(token: string, what: string): void {
  if (!/^[!-~]([ -~]*[!-~])?$/.test(token))
    throw invalid(`${what} (not shown) must be printable ASCII, without spaces at its ends`);
}
