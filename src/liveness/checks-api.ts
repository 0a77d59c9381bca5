import type { SecureContextOptions } from "node:tls";
import type { Logger } from "../elector/observers/logger.js";
import type { RaftbeatError } from "../errors.js";
import type { ChecksEvent } from "./checks/checks-event.js";
import type { ChecksRules } from "./checks/checks-settings.js";

/**
 * Backends by id, each with its target: `http://` and `https://` URLs, `tcp://host:port`, or for a probe of your own any text. A list of ids will do for a probe of
 * your own. At most 1000.
 */
export type Backends = Readonly<Record<string, string>> | readonly string[];

/**
 * A probe of your own. `true` is a pass, `false` a bad answer; throwing, or rejecting, is no answer. The signal is aborted when the probe has had its time: until it
 * settles, no other probe of this backend begins.
 */
export type Probe = (
  id: string,
  context: { readonly target: string; readonly signal: AbortSignal },
) => boolean | Promise<boolean>;

/** How HTTP probes ask, and what they take for a good answer. Redirects are never followed, and bodies not looked at. */
export interface HttpProbeOptions {
  /**
   * The method.
   * @defaultValue `GET`
   */
  readonly method?: "GET" | "HEAD" | "OPTIONS" | undefined;
  /**
   * Headers by name, such as `host` for a virtual host.
   * @defaultValue `user-agent` alone, besides those of Node.js
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Statuses of a good answer: numbers and ranges, with commas between them, such as `200-299,401`.
   * @defaultValue `200-299`
   */
  readonly statuses?: string | undefined;
  /**
   * For `https`: `ca` of your own, `cert` and `key` where backends ask for a certificate.
   * @defaultValue those of Node.js
   */
  readonly tls?: Pick<SecureContextOptions, "ca" | "cert" | "key" | "passphrase"> | undefined;
}

/** What health checks are made with. */
export interface ChecksOptions extends ChecksRules {
  readonly backends: Backends;
  /**
   * A probe of your own, in place of HTTP and TCP.
   * @defaultValue by the target's scheme
   */
  readonly probe?: Probe | undefined;
  /**
   * How HTTP probes ask.
   * @defaultValue `GET`, and any status from 200 to 299 is good
   */
  readonly http?: HttpProbeOptions | undefined;
  /**
   * Takes a line for each backend that goes down or up, and for panic.
   * @defaultValue lines on stderr, bounded in number; `silentLogger` for none
   */
  readonly logger?: Logger | undefined;
}

/** A backend as it is now. */
export interface BackendStatus {
  readonly id: string;
  /** Its target, without user and password. */
  readonly target: string;
  /** Whether it is up by its probes. */
  readonly up: boolean;
  /** 0 to `rise + fall - 1`; it is up from `rise` on. */
  readonly credit: number;
  /** Whether requests may go to it. */
  readonly usable: boolean;
  /** Its share of the requests: 0 if it is not usable, 0.1 to 1 in a slow start, else 1. */
  readonly weight: number;
  readonly draining: boolean;
  /** For how long it is ejected yet, in milliseconds; null if it is not. */
  readonly ejectedForMs: number | null;
  /** The last probe that counted, and how long ago it ended; null before the first. */
  readonly last: {
    readonly ok: boolean;
    /** Why it failed; empty if it passed. */
    readonly reason: string;
    readonly latencyMs: number;
    readonly agoMs: number;
  } | null;
}

/** All backends as they are now. */
export interface ChecksStatus {
  /** Whether so few backends are well that all that do not drain are used. */
  readonly panics: boolean;
  /** The ids that requests may go to. */
  readonly usable: readonly string[];
  /** In the order in which they were given. */
  readonly backends: readonly BackendStatus[];
}

/** Checks the health of backends as a load balancer does. */
export interface Checks extends AsyncDisposable {
  /** The ids that requests may go to now, in the order in which they were given. */
  usable(): readonly string[];
  /** One of them, drawn by weight; null if there is none. */
  pick(): string | null;
  /** The weight of a backend, 0 to 1: 0 for one that is not usable or not known. */
  weight(id: string): number;
  /** All backends as they are now. */
  status(): ChecksStatus;
  /** A request to a backend went well or failed. Ids that are not known are passed over: a backend may have been removed meanwhile. */
  report(id: string, outcome: { readonly ok: boolean }): void;
  /**
   * Gives a backend no new requests; it is probed on.
   * @throws RaftbeatError `invalidSettings` for an id that is not known
   */
  drain(id: string): void;
  /**
   * Ends `drain`.
   * @throws RaftbeatError `invalidSettings` for an id that is not known
   */
  undrain(id: string): void;
  /**
   * Replaces the backends. Those of the same id and target stay as they are; all others begin anew.
   * @throws RaftbeatError `invalidSettings`, and then nothing has changed
   */
  set(backends: Backends): void;
  /** Tells each event once, in order. Returns the end of the subscription. */
  subscribe(listener: (event: ChecksEvent) => void): () => void;
  /** All backends now, and again after each event: the newest state, for readers however slow. Ends with the checks, or when the signal is aborted. */
  changes(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<ChecksStatus>;
  /** Ends the checks: probes are aborted, and no event follows. */
  close(): void;
  /** Settles when the checks have ended; with the error, if something in them threw (`internal`). */
  readonly ended: Promise<RaftbeatError | null>;
}
