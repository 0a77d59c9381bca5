import * as v from "valibot";
import { checkOptions, only } from "../../elector/options/check-options.js";
import { RaftbeatError } from "../../errors.js";
import type { Detector } from "../detection/detector.js";
import { between, interval, pause, wholeBetween } from "../detection/detector-settings.js";
import { nfdE } from "../detection/nfd-e.js";

/** How an observer judges silence. */
export interface RosterOptions {
  /**
   * The interval at which peers beat, from 1 millisecond to a day; peers may name another one. May be left out where a `detector` is given.
   */
  readonly intervalMs?: number | undefined;
  /**
   * The silence that is tolerated beyond the next expected beat, in milliseconds.
   * @defaultValue 3 intervals
   */
  readonly pauseMs?: number | undefined;
  /**
   * The failure detector; in place of `intervalMs` and `pauseMs`, which it brings.
   * @defaultValue `nfdE`
   */
  readonly detector?: Detector | undefined;
  /**
   * For how long a peer is suspected before it is declared dead, in milliseconds; 0: at once.
   * @defaultValue `intervalMs + pauseMs`, with the interval at which the peer beats
   */
  readonly deadAfterMs?: number | undefined;
  /**
   * How many beats in a row make a dead peer alive again.
   * @defaultValue 2
   */
  readonly rise?: number | undefined;
  /**
   * The zone of a peer, for the brake: peers that fail together, such as those of a rack.
   * @defaultValue the zone that the peer names in its first beat, and one zone for all that name none
   */
  readonly zoneOf?: ((id: string) => string) | undefined;
  /**
   * How many peers of a zone may be declared dead in a second.
   * @defaultValue 1 % of the zone's peers, and at least 1
   */
  readonly deathsPerSecond?: number | undefined;
  /**
   * How long the brake holds back the dead of a small zone that is partly silent, in milliseconds.
   * @defaultValue ten times `intervalMs + pauseMs`
   */
  readonly brakeMs?: number | undefined;
  /**
   * How many peers are watched at most; beats of others are refused and counted.
   * @defaultValue 10,000
   */
  readonly maxPeers?: number | undefined;
  /**
   * For how long a peer that is dead or has left is remembered, in milliseconds.
   * @defaultValue 10 minutes
   */
  readonly forgetAfterMs?: number | undefined;
}

/** The same, complete. */
export interface RosterSettings {
  readonly detector: Detector;
  /** Null: one window of the peer. */
  readonly deadAfterMs: number | null;
  readonly rise: number;
  /** Null: each peer names its own. */
  readonly zoneOf: ((id: string) => string) | null;
  readonly deathsPerSecond: number | null;
  readonly brakeMs: number;
  readonly maxPeers: number;
  readonly forgetAfterMs: number;
}

const optional = {
  intervalMs: v.optional(interval),
  pauseMs: v.optional(pause),
  detector: v.optional(
    v.custom<Detector>(isDetector, "must be one of the detectors, such as nfdE({ intervalMs })"),
  ),
  deadAfterMs: v.optional(pause),
  rise: v.optional(wholeBetween(1, 100), 2),
  zoneOf: v.optional(
    v.custom<(id: string) => string>((value) => typeof value === "function", "must be a function"),
  ),
  deathsPerSecond: v.optional(between(0, 1e6)),
  brakeMs: v.optional(pause),
  maxPeers: v.optional(wholeBetween(1, 1_000_000), 10_000),
  forgetAfterMs: v.optional(pause, 600_000),
};

/**
 * Checks and completes what an observer is made with.
 * @throws RaftbeatError `invalidSettings`
 */
export function resolveRoster(options: RosterOptions): RosterSettings {
  const given = checkOptions(only(optional), options, "the options of a monitor");
  const detector = detectorOf(given);
  const { windowMs } = detector;
  return {
    detector,
    deadAfterMs: given.deadAfterMs ?? null,
    rise: given.rise,
    zoneOf: options.zoneOf ?? null,
    deathsPerSecond: given.deathsPerSecond ?? null,
    brakeMs: given.brakeMs ?? 10 * windowMs,
    maxPeers: given.maxPeers,
    forgetAfterMs: given.forgetAfterMs,
  };
}

function detectorOf({ detector, intervalMs, pauseMs }: RosterOptions): Detector {
  const schema = only({ intervalMs: interval, pauseMs: v.optional(pause) });
  if (detector === undefined) {
    const both = {
      ...(intervalMs !== undefined && { intervalMs }),
      ...(pauseMs !== undefined && { pauseMs }),
    };
    return nfdE(checkOptions(schema, both, "a monitor"));
  }
  for (const name of ["intervalMs", "pauseMs"] as const) {
    const beside = name === "intervalMs" ? intervalMs : pauseMs;
    if (beside !== undefined && beside !== detector[name])
      throw new RaftbeatError(
        "invalidSettings",
        `${name} (${beside}) contradicts the detector's (${detector[name]}): leave it out, the detector brings its own`,
      );
  }
  return detector;
}

function isDetector(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { width, intervalMs, pauseMs, windowMs, begin, onBeat, deadlineMs, level } = value as Detector;
  return (
    [width, intervalMs, pauseMs, windowMs].every(Number.isFinite) &&
    Number.isInteger(width) &&
    width >= 2 &&
    [begin, onBeat, deadlineMs, level].every((method) => typeof method === "function")
  );
}
