import type * as v from "valibot";
import { isMetadata } from "../protocol/index.js";
import { type frames, isCount, isDigest, isDuration, isGroup } from "./wire.js";

/**
 * Nearly all frames are heartbeats and replies that accept them. What these checks let through the schemas would, too (a test holds
 * them to it); whatever they do not, the schemas judge. They save a tenth of a heartbeat's CPU while code is young.
 */

/** True for most heartbeats, as the schema wants them. */
export function isPlainHeartbeat(frame: readonly unknown[]): frame is v.InferOutput<typeof frames.hb> {
  const [, group, term, seq, held, metadata] = frame;
  return (
    frame.length === 6 &&
    isGroup(group) &&
    isCount(term) &&
    isCount(seq) &&
    isConfigurationId(held) &&
    (metadata === null || (typeof metadata === "string" && isMetadata(metadata)))
  );
}

/** True for most replies, as the schema wants them. */
export function isPlainReply(frame: readonly unknown[]): frame is v.InferOutput<typeof frames.hr> {
  const [, group, term, heartbeatTerm, seq, accepted, reason, voteHoldMs, held] = frame;
  return (
    frame.length === 9 &&
    isGroup(group) &&
    isCount(term) &&
    isCount(heartbeatTerm) &&
    isCount(seq) &&
    accepted === true &&
    reason === null &&
    isDuration(voteHoldMs) &&
    isConfigurationId(held)
  );
}

function isConfigurationId(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length === 3 && isCount(value[0]) && isCount(value[1]) && isDigest(value[2])
  );
}
