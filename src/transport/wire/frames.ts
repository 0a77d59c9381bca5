import * as v from "valibot";
import { createConfigurationSchema } from "./configuration-schema.js";
import {
  candidacy,
  configurationId,
  count,
  durationMs,
  flag,
  group,
  id,
  metadata,
  refusal,
} from "./field-schemas.js";

/**
 * The shape of each frame after the handshake. A frame is a JSON array with a place for each field and holds no objects, so no key can be
 * doubled, strange or inherited. The first place says the kind; the second names the election group, of which there is one today.
 *
 * A heartbeat of term 3, the seventh of its leader, to a peer that holds the configuration:
 *
 *     ["hb",0,3,7,[3,2,"srtrrnwlz7"],0]
 *
 * The request for a pre-vote in term 4, round 2, by a node that holds this configuration, of one voter and one observer:
 *
 *     ["rv",0,4,true,2,null,[3,2,"srtrrnwlz7",[["a","ws://10.0.0.1:7400","a-1"]],[["b","ws://10.0.0.2:7400",null]],"k3v9"]]
 */
export function createFrames() {
  const configuration = createConfigurationSchema();
  return {
    /** A heartbeat to a peer that holds the configuration: term, seq, configuration, whether there are metadata. */
    hb: v.strictTuple([v.literal("hb"), group, count, count, configurationId, flag]),
    /** A heartbeat with the whole configuration. */
    hc: v.strictTuple([v.literal("hc"), group, count, count, configuration, flag]),
    /**
     * A heartbeat's answer: term, the heartbeat's term and seq, accepted, reason, hold, configuration, longest election timeout,
     * candidacy, whether it holds the metadata.
     */
    hr: v.strictTuple([
      v.literal("hr"),
      group,
      count,
      count,
      count,
      v.boolean(),
      refusal,
      durationMs,
      configurationId,
      durationMs,
      candidacy,
      flag,
    ]),
    /** A request for a vote: term, preVote, round, transferFromTerm, configuration. */
    rv: v.strictTuple([v.literal("rv"), group, count, v.boolean(), count, v.nullable(count), configuration]),
    /** Its answer: term, preVote, round, granted, reason, leader, remaining hold, id of the configuration, perhaps all of it. */
    rr: v.strictTuple([
      v.literal("rr"),
      group,
      count,
      v.boolean(),
      count,
      v.boolean(),
      refusal,
      v.nullable(id),
      durationMs,
      configurationId,
      v.nullable(configuration),
    ]),
    /** The order to campaign at once: term, how long to wait before leading. */
    tn: v.strictTuple([v.literal("tn"), group, count, durationMs]),
    /** The old leader's service drains: term, how long to wait yet before leading. */
    hw: v.strictTuple([v.literal("hw"), group, count, durationMs]),
    /** The old leader's service has drained: term. */
    hd: v.strictTuple([v.literal("hd"), group, count]),
    /** What a leader says apart from heartbeats: term, seq of the last heartbeat, whether it leads, metadata. */
    ln: v.strictTuple([v.literal("ln"), group, count, count, flag, metadata]),
  } as const;
}

/** The schemas of all frames, by kind. One set belongs to one reader: it remembers the last configuration understood. */
export type Frames = ReturnType<typeof createFrames>;

/** A frame as it is written. */
export type WireFrame = { [Kind in keyof Frames]: v.InferInput<Frames[Kind]> }[keyof Frames];

/** A frame as it is understood. */
export type ReadFrame = { [Kind in keyof Frames]: v.InferOutput<Frames[Kind]> }[keyof Frames];
