import type { beatSettings } from "../../settings/beats-settings.js";
import { tlsOf, tokensOf } from "../../settings/secret-files.js";
import { flagOf, type Given, type Settings, type Sources } from "../../settings/setting-sources.js";
import type { TransportTls } from "../../transport/security/certificate.js";

/** How a sender and its watcher know each other; each function says what holds at this moment. */
export interface Secrets {
  readonly token: (() => readonly string[]) | undefined;
  readonly tls: (() => TransportTls) | undefined;
}

/** The tokens and certificates that were given. @throws RaftbeatError `invalidSettings` */
export function secretsOf(given: Partial<Given<typeof beatSettings>>): Secrets {
  const files = tlsOf(given);
  // TLS is mutual: a watcher asks senders for their certificates.
  const tls = files === null ? undefined : () => ({ ...files(), requestCert: true });
  return { token: tokensOf(given) ?? undefined, tls };
}

/** A word on a token that others on this machine can see. */
export function tokenWarning({ flags }: Sources, settings: Settings): string | null {
  const { token } = settings;
  if (flags["token"] === undefined || token === undefined) return null;
  return `${flagOf(token)} can be read by everybody on this machine (ps): use --token-file or RAFTBEAT_TOKEN`;
}
