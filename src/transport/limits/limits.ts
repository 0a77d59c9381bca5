import { RaftbeatError } from "../../errors.js";
import { defaultPreset, longestDurationMs, presets } from "../../protocol/index.js";

/** What a transport takes from others before it refuses. Every default of the transport stands in this file. */
export interface TransportLimits {
  /**
   * Longest frame, in bytes. The longest that is ever needed, a heartbeat with 64 members, is shorter.
   * @defaultValue 64 KiB
   */
  readonly maxFrameBytes: number;
  /**
   * Frames, pings and pongs over one link, for a second; as many may come at once.
   * @defaultValue 5000
   */
  readonly maxFramesPerSecond: number;
  /**
   * Bytes of frames over one link, for a second; as many may come at once.
   * @defaultValue 4 MiB
   */
  readonly maxBytesPerSecond: number;
  /**
   * Frames, pings and pongs of all nodes together that are linked without being among the peers, for a second.
   * @defaultValue 2000
   */
  readonly maxUnlistedFramesPerSecond: number;
  /**
   * Bytes of their frames together, for a second.
   * @defaultValue 1 MiB
   */
  readonly maxUnlistedBytesPerSecond: number;
  /**
   * A message is dropped, and counted, while more than this waits in the link's own buffer behind the kernel's.
   * @defaultValue 64 KiB
   */
  readonly maxBufferedBytes: number;
  /**
   * New connections a second from all hosts together; as many may come at once. Each host at which a peer was reached has as many for
   * itself.
   * @defaultValue 100
   */
  readonly maxConnectionsPerSecond: number;
  /**
   * Pending connections: the other side has not yet said who it is. The oldest makes room for a new one.
   * @defaultValue 128
   */
  readonly maxPendingCount: number;
  /**
   * Nodes linked without being among the peers, such as joiners; a further one is refused.
   * @defaultValue 64
   */
  readonly maxUnlistedCount: number;
  /**
   * How long a connection may take to say who it is, and a dial to be answered.
   * @defaultValue 3000
   */
  readonly handshakeTimeoutMs: number;
}

/** The limits of a transport whose owner names none. */
export const defaultTransportLimits: TransportLimits = {
  maxFrameBytes: 64 * 1024,
  maxFramesPerSecond: 5000,
  maxBytesPerSecond: 4 * 1024 * 1024,
  maxUnlistedFramesPerSecond: 2000,
  maxUnlistedBytesPerSecond: 1024 * 1024,
  maxBufferedBytes: 64 * 1024,
  maxConnectionsPerSecond: 100,
  maxPendingCount: 128,
  maxUnlistedCount: 64,
  handshakeTimeoutMs: 3000,
};

/** How a transport keeps its links. Each follows from the shortest election timeout unless it is given. */
export interface LinkTiming {
  /**
   * Longest wait between two dials of a peer, in milliseconds.
   * @defaultValue half the shortest election timeout
   */
  readonly redialMaxMs: number;
  /**
   * A link over which nothing came for so many milliseconds is asked for a sign of life; without one for as long again it is dead.
   * @defaultValue the shortest election timeout, at least 250
   */
  readonly silenceMs: number;
  /**
   * How many milliseconds the other machine may take to accept a connection.
   * @defaultValue twice the shortest election timeout, at least 500
   */
  readonly connectTimeoutMs: number;
}

/** Some of the settings; `undefined` is as good as nothing. */
export type Some<Settings> = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

/**
 * Fills in what was not given.
 * @throws RaftbeatError `invalidSettings`, naming the setting and its value
 */
export function resolveLimits(given: Some<TransportLimits> = {}): TransportLimits {
  const limits = { ...defaultTransportLimits, ...withoutGaps(given) };
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in defaultTransportLimits))
      throw new RaftbeatError("invalidSettings", `limits.${name} is no limit of a transport`);
    if (!Number.isFinite(value) || value < 1 || (name.endsWith("Ms") && value > longestDurationMs))
      throw new RaftbeatError("invalidSettings", `limits.${name} (${value}) must be a number of at least 1`);
  }
  return limits;
}

/**
 * Fills in what was not given.
 * @param electionTimeoutMinMs the node's shortest election timeout; that of the default preset if unknown
 * @throws RaftbeatError `invalidSettings`, naming the setting and its value
 */
export function resolveLinkTiming(
  given: Some<LinkTiming> = {},
  electionTimeoutMinMs: number = presets[defaultPreset].electionTimeout.minMs,
): LinkTiming {
  const timing = {
    redialMaxMs: electionTimeoutMinMs / 2,
    silenceMs: Math.max(electionTimeoutMinMs, 250),
    connectTimeoutMs: Math.max(2 * electionTimeoutMinMs, 500),
    ...withoutGaps(given),
  };
  for (const [name, value] of Object.entries(timing))
    if (!Number.isFinite(value) || value < 1 || value > longestDurationMs)
      throw new RaftbeatError(
        "invalidSettings",
        `${name} (${value}) must be a number of milliseconds from 1 to ${longestDurationMs}`,
      );
  return timing;
}

function withoutGaps<Settings>(given: Some<Settings>): Partial<Settings> {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Settings>;
}
