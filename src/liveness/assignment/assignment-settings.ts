import * as v from "valibot";
import { checkOptions, id, only } from "../../elector/options/check-options.js";
import { RaftbeatError } from "../../errors.js";
import { between, wholeBetween } from "../detection/detector-settings.js";

/** How a leader watches workers and assigns shards to them. The same on every voter. */
export interface AssignmentOptions {
  /**
   * The shards that always exist, by their names.
   * @defaultValue none
   */
  readonly shards?: readonly string[] | undefined;
  /**
   * The interval at which workers beat, in milliseconds.
   * @defaultValue 2000
   */
  readonly beatIntervalMs?: number | undefined;
  /**
   * How long a worker may rely on its assignment after a beat, in milliseconds; at least three beats.
   * @defaultValue 5 beats
   */
  readonly leaseMs?: number | undefined;
  /**
   * For how long a new leader gives nothing that it does not know to be free, in milliseconds (W7). At least the longest `leaseMs` that any voter may have
   * granted: raise it on every voter before `leaseMs` is raised on any.
   * @defaultValue `leaseMs`
   */
  readonly graceMs?: number | undefined;
  /**
   * For how long the shards of a silent worker stay its own after its lease is over, in milliseconds.
   * @defaultValue 0
   */
  readonly holdMs?: number | undefined;
  /**
   * For how long a shard that a worker gave back is not given to it again, in milliseconds.
   * @defaultValue 5000
   */
  readonly retryMs?: number | undefined;
  /**
   * How many shards are moved at once to even out the load; 0 for never.
   * @defaultValue 1 % of the shards, at least 1
   */
  readonly movesAtOnce?: number | undefined;
  /**
   * How many workers of a zone may be evicted in a second.
   * @defaultValue 1 % of the zone's workers, at least 1
   */
  readonly evictionsPerSecond?: number | undefined;
  /**
   * For how long nobody is evicted from a small zone that is partly silent, in milliseconds.
   * @defaultValue 10 leases
   */
  readonly brakeMs?: number | undefined;
  /**
   * For how long an evicted worker is remembered, in milliseconds.
   * @defaultValue 10 minutes
   */
  readonly forgetAfterMs?: number | undefined;
  /**
   * How many workers there may be.
   * @defaultValue 100,000
   */
  readonly maxWorkers?: number | undefined;
  /**
   * How many shards are remembered that nobody wants any more.
   * @defaultValue 10,000
   */
  readonly maxIdleShards?: number | undefined;
}

/** The same, complete. */
export interface AssignmentSettings {
  readonly shards: readonly string[];
  readonly beatIntervalMs: number;
  readonly leaseMs: number;
  readonly graceMs: number;
  readonly holdMs: number;
  readonly retryMs: number;
  readonly movesAtOnce: number;
  readonly evictionsPerSecond: number | null;
  readonly brakeMs: number;
  readonly forgetAfterMs: number;
  readonly maxWorkers: number;
  readonly maxIdleShards: number;
  /** A worker that is silent for so long is suspected: it is given nothing new. */
  readonly suspectMs: number;
}

/** No lease is longer: an hour. */
export const longestLeaseMs = 3_600_000;

/** Fewer beats than this in a lease, and one lost beat ends it. */
const leastBeats = 3;

/** More fixed shards than this are refused. */
const mostShards = 100_000;

/** A worker is suspected after so many intervals without a beat. */
const suspectBeats = 2.5;

const day = between(0, 86_400_000);

const schema = only({
  shards: v.optional(
    v.pipe(
      v.array(id, "must be an array of names"),
      v.maxLength(mostShards, `must name at most ${mostShards}`),
    ),
    [],
  ),
  beatIntervalMs: v.optional(between(10, 600_000), 2000),
  leaseMs: v.optional(between(30, longestLeaseMs)),
  graceMs: v.optional(between(30, longestLeaseMs)),
  holdMs: v.optional(day, 0),
  retryMs: v.optional(day, 5000),
  movesAtOnce: v.optional(wholeBetween(0, 10_000)),
  evictionsPerSecond: v.optional(between(0, 1e6)),
  brakeMs: v.optional(day),
  forgetAfterMs: v.optional(day, 600_000),
  maxWorkers: v.optional(wholeBetween(1, 1_000_000), 100_000),
  maxIdleShards: v.optional(wholeBetween(0, 1_000_000), 10_000),
});

/**
 * Checks and completes the settings of an assignment.
 * @throws RaftbeatError `invalidSettings`
 */
export function resolveAssignment(options: AssignmentOptions): AssignmentSettings {
  const given = checkOptions(schema, options, "the options of an assignment");
  const { beatIntervalMs, shards } = given;
  const leaseMs = given.leaseMs ?? 5 * beatIntervalMs;
  const graceMs = given.graceMs ?? leaseMs;
  if (leaseMs < leastBeats * beatIntervalMs)
    throw new RaftbeatError(
      "invalidSettings",
      `leaseMs (${leaseMs}) must be at least three beats (${leastBeats * beatIntervalMs}): one lost beat would end a lease`,
    );
  if (graceMs < leaseMs)
    throw new RaftbeatError(
      "invalidSettings",
      `graceMs (${graceMs}) must be at least leaseMs (${leaseMs}): a new leader has to wait for every lease of the one before`,
    );
  const named = new Set<string>();
  const twice = shards.find((shard) => named.size === named.add(shard).size);
  if (twice !== undefined)
    throw new RaftbeatError("invalidSettings", `shards names ${JSON.stringify(twice)} twice`);
  return {
    ...given,
    leaseMs,
    graceMs,
    movesAtOnce: given.movesAtOnce ?? Math.max(1, Math.floor(shards.length / 100)),
    evictionsPerSecond: given.evictionsPerSecond ?? null,
    brakeMs: given.brakeMs ?? 10 * leaseMs,
    suspectMs: Math.min(suspectBeats * beatIntervalMs, leaseMs),
  };
}
