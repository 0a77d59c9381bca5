import * as v from "valibot";

type NumberSchema = v.GenericSchema<number>;

/**
 * What a timing is made of, each part by the schema given: an elector, a scenario and a reader of a node's status differ in what they allow
 * and in what they say about the rest.
 * @param object makes the schema of the election timeout's range
 */
export function timingEntries<
  Duration extends NumberSchema,
  Ratio extends NumberSchema,
  Range extends v.GenericSchema,
>(duration: Duration, ratio: Ratio, object: (range: { minMs: Duration; maxMs: Duration }) => Range) {
  return {
    heartbeatIntervalMs: duration,
    electionTimeout: object({ minMs: duration, maxMs: duration }),
    voteHoldMs: v.optional(duration),
    quorumTimeoutMs: v.optional(duration),
    clockDriftRatio: v.optional(ratio),
  };
}

/** A timing as a node tells it: complete, and perhaps with more than this version knows. */
export const toldTiming = v.required(
  v.object(timingEntries(v.number(), v.number(), (range) => v.object(range))),
);
