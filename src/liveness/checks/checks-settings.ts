import * as v from "valibot";
import { checkOptions, only, yesOrNo } from "../../elector/options/check-options.js";
import { between, interval, pause, wholeBetween } from "../detection/detector-settings.js";

/** When requests alone put a backend out of use for a time (docs/liveness.md, H6). */
export interface EjectionOptions {
  /**
   * So many failed requests in a row eject a backend.
   * @defaultValue 5
   */
  readonly errors?: number | undefined;
  /**
   * How long the first ejection lasts, in milliseconds; the next in a row lasts twice as long, then thrice.
   * @defaultValue 30,000
   */
  readonly baseMs?: number | undefined;
  /**
   * How long an ejection lasts at most, in milliseconds.
   * @defaultValue 300,000, and at least `baseMs`
   */
  readonly maxMs?: number | undefined;
  /**
   * The share of the backends that do not drain that may be ejected at a time, from 0 to 1; one always may.
   * @defaultValue 0.1
   */
  readonly maxShare?: number | undefined;
}

/** How backends are judged. */
export interface ChecksRules {
  /**
   * A backend that is up is probed this often, in milliseconds.
   * @defaultValue 2000
   */
  readonly intervalMs?: number | undefined;
  /**
   * A backend on its way up or down, or not probed yet, is probed this often, in milliseconds.
   * @defaultValue half of `intervalMs`
   */
  readonly fastIntervalMs?: number | undefined;
  /**
   * A backend that is down is probed this often, in milliseconds.
   * @defaultValue twice `intervalMs`
   */
  readonly downIntervalMs?: number | undefined;
  /**
   * Each interval is longer or shorter by up to this share of it, from 0 to 0.5.
   * @defaultValue 0.1
   */
  readonly jitter?: number | undefined;
  /**
   * A probe without an answer after so many milliseconds has failed.
   * @defaultValue half of `intervalMs`, at most 1000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * So many passes in a row bring up a backend that is down.
   * @defaultValue 2
   */
  readonly rise?: number | undefined;
  /**
   * So many fails in a row bring down a backend that is up.
   * @defaultValue 3
   */
  readonly fall?: number | undefined;
  /**
   * What a backend is taken to be before it was probed.
   * @defaultValue `up`
   */
  readonly assume?: "up" | "down" | undefined;
  /**
   * Whether one bad answer (another status than expected, or `false`) brings a backend down at once. No answer never does.
   * @defaultValue false
   */
  readonly explicitIsFinal?: boolean | undefined;
  /**
   * So many probes are under way at a time, in all.
   * @defaultValue 64
   */
  readonly maxConcurrent?: number | undefined;
  /**
   * If a smaller share than this of the backends that do not drain is well, all of them are used; 0: never.
   * @defaultValue 0.5
   */
  readonly panicBelow?: number | undefined;
  /**
   * The weight of a backend that has come up rises from 0.1 to 1 in so many milliseconds; 0: it is 1 at once.
   * @defaultValue 0
   */
  readonly slowStartMs?: number | undefined;
  /**
   * So many failed requests in a row have a backend probed at once; 0: never.
   * @defaultValue 10
   */
  readonly errorsBeforeProbe?: number | undefined;
  /**
   * Requests that fail put a backend out of use for a time, whatever its probes say.
   * @defaultValue they do not
   */
  readonly eject?: EjectionOptions | undefined;
}

/** The same, complete. */
export interface ChecksSettings {
  readonly intervalMs: number;
  readonly fastIntervalMs: number;
  readonly downIntervalMs: number;
  readonly jitter: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
  readonly assume: "up" | "down";
  readonly explicitIsFinal: boolean;
  readonly maxConcurrent: number;
  readonly panicBelow: number;
  readonly slowStartMs: number;
  readonly errorsBeforeProbe: number;
  readonly eject: Required<{ [Name in keyof EjectionOptions]: number }> | null;
}

/** The most backends of one object: each step looks at all of them. */
export const mostBackends = 1000;

const count = wholeBetween(1, 100);
const share = between(0, 1);

const ejection = only({
  errors: v.optional(wholeBetween(1, 1000), 5),
  baseMs: v.optional(interval, 30_000),
  maxMs: v.optional(pause),
  maxShare: v.optional(share, 0.1),
});

/** Each rule, as valibot checks it. */
export const ruleSchemas = {
  intervalMs: v.optional(interval, 2000),
  fastIntervalMs: v.optional(interval),
  downIntervalMs: v.optional(interval),
  jitter: v.optional(between(0, 0.5), 0.1),
  timeoutMs: v.optional(interval),
  rise: v.optional(count, 2),
  fall: v.optional(count, 3),
  assume: v.optional(v.picklist(["up", "down"], 'must be "up" or "down"'), "up"),
  explicitIsFinal: yesOrNo,
  maxConcurrent: v.optional(wholeBetween(1, 1000), 64),
  panicBelow: v.optional(share, 0.5),
  slowStartMs: v.optional(pause, 0),
  errorsBeforeProbe: v.optional(wholeBetween(0, 1000), 10),
  eject: v.optional(ejection),
};

/**
 * Checks and completes the rules.
 * @throws RaftbeatError `invalidSettings`
 */
export function resolveChecks(options: ChecksRules): ChecksSettings {
  const given = checkOptions(only(ruleSchemas), options, "the rules of checks");
  const { intervalMs, eject } = given;
  return {
    ...given,
    fastIntervalMs: given.fastIntervalMs ?? Math.max(1, intervalMs / 2),
    downIntervalMs: given.downIntervalMs ?? 2 * intervalMs,
    timeoutMs: given.timeoutMs ?? Math.min(1000, Math.max(1, intervalMs / 2)),
    explicitIsFinal: given.explicitIsFinal ?? false,
    eject: eject === undefined ? null : { ...eject, maxMs: Math.max(eject.baseMs, eject.maxMs ?? 300_000) },
  };
}
