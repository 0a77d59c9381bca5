import type { Logger } from "../../elector/observers/logger.js";
import type { Some } from "../../transport/limits/limits.js";
import type { TransportTls } from "../../transport/security/certificate.js";
import type { Renewable, TransportToken } from "../../transport/security/secrets.js";
import type { CloseReason, RefusalReason } from "../../transport/wire/close-reason.js";
import type { BeatLimits } from "./beat-limits.js";

/** How a listener takes beats. */
export interface ListenBeatsOptions {
  /**
   * The secret that all senders share: a sender that does not know it is refused. It is proved, never sent. Two are valid at a time while one takes the place
   * of the other; a function is asked at each connection.
   * @defaultValue anybody who can reach the port may beat, under any name
   */
  readonly token?: Renewable<TransportToken> | undefined;
  /**
   * Node's TLS options. With `requestCert` a sender has to show a certificate, signed by `ca`, that names its id.
   * @defaultValue no TLS
   */
  readonly tls?: Renewable<TransportTls> | undefined;
  /** How many senders are taken, and how fast. */
  readonly limits?: Some<BeatLimits> | undefined;
  /**
   * Takes a line for each kind of connection that is refused, once a minute, and for each sender that comes or goes.
   * @defaultValue lines on stderr, bounded in number; `silentLogger` for none
   */
  readonly logger?: Logger | undefined;
}

/** What a listener has counted since it was made. */
export interface BeatListenerCounts {
  /** Senders that are connected now. */
  readonly connected: number;
  /** Beats that came. */
  readonly beats: number;
  /** Goodbyes that came. */
  readonly goodbyes: number;
  /** Connections that took the place of an older one of the same sender. */
  readonly replaced: number;
  /** Connections that ended without a goodbye, and were not replaced. */
  readonly broken: number;
  /** Connections that were refused, for each reason. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
}

/** Takes beats over WebSockets until it is closed. */
export interface BeatListener extends AsyncDisposable {
  /** The port listened at; 0 while a server that others use too does not listen yet. */
  readonly port: number;
  /** What was counted. */
  counts(): BeatListenerCounts;
  /** Takes no more beats: closes every connection, and the port if it is the listener's own. The monitor is told nothing. */
  close(): Promise<void>;
}

/** How a sender beats. */
export interface SendBeatsOptions {
  /** The name of this sender. No other process may beat under it. */
  readonly id: string;
  /** The interval of the beats, from 1 millisecond to a day: a tenth to ten times what the observer expects. */
  readonly intervalMs: number;
  /**
   * The zone of this sender, for the observer's brake: what fails together has one zone.
   * @defaultValue the zone without a name
   */
  readonly zone?: string | undefined;
  /**
   * The secret that the observer's senders share. It is proved, never sent; the observer has to know it, too.
   * @defaultValue none
   */
  readonly token?: Renewable<TransportToken> | undefined;
  /**
   * Node's TLS options, for an address with `wss://`: `ca`, and `cert` and `key` where the observer asks for a certificate.
   * @defaultValue Node's own
   */
  readonly tls?: Renewable<TransportTls> | undefined;
  /**
   * Takes a line for each connection that is made, lost or refused; what is said again is counted.
   * @defaultValue lines on stderr, bounded in number; `silentLogger` for none
   */
  readonly logger?: Logger | undefined;
}

/** How a sender stands. */
export interface BeatSenderStatus {
  /** Whether the observer takes its beats now. */
  readonly connected: boolean;
  /** Why it is not connected, or why the last connection ended; null before the first has failed, and while it is connected. */
  readonly reason: CloseReason | null;
  /** The same in words. */
  readonly detail: string | null;
  /** Beats that were handed over to a connection. */
  readonly sent: number;
  /** Beats that found no connection, or none with room. They are not sent later. */
  readonly dropped: number;
  /** Connections that were made. */
  readonly connections: number;
}

/** Beats over a WebSocket until it is stopped, and dials again for as long. */
export interface BeatSender extends AsyncDisposable {
  readonly id: string;
  /** The life of this sender. */
  readonly boot: string;
  /** How it stands now. */
  status(): BeatSenderStatus;
  /** How it stands now, and again after each change of the connection. Ends with the sender, or when the signal is aborted. */
  changes(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<BeatSenderStatus>;
  /**
   * Says goodbye and ends: the observer tells `left`, and no alarm follows. A connection that is being made is waited for; all of it takes a second at most.
   * Without the goodbye it closes the connection, as a process that was killed would: the observer suspects this sender at once.
   * @returns whether the observer has taken the goodbye
   */
  stop(options?: { readonly goodbye?: boolean | undefined }): Promise<boolean>;
}
