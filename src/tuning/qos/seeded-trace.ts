import { type Latency, samplerOf } from "../../simulation/kernel/latency.js";
import { splitSeed } from "../../simulation/kernel/prng.js";
import { retransmissionMs } from "../model/message-delay.js";
import { type BeatTrace, sortByArrival } from "./beat-trace.js";

/** A sender, and the way that its beats take. Slot i is sent at `i * intervalMs`. */
export interface BeatWorld {
  readonly intervalMs: number;
  /** How long a beat that is not lost takes. */
  readonly delay: Latency;
  /** The share of beats that are lost, independently of each other. */
  readonly loss: number;
  /** Besides, runs of beats of which every one is lost: how often one begins, as a share of the beats, and its mean length in beats. */
  readonly bursts?: { readonly share: number; readonly meanBeats: number } | undefined;
  /**
   * What carries them: a datagram is lost for good and may be overtaken; on a stream a loss costs the waits of its retransmissions (RFC 6298), and holds
   * up the beats behind it.
   * @defaultValue "datagram"
   */
  readonly link?: "datagram" | "stream" | undefined;
}

/**
 * The trace of a sender that lives to its end. It depends on the world, the count and the seed alone.
 * @param beatCount how many beats are sent
 */
export function seededTrace(world: BeatWorld, beatCount: number, seed: number): BeatTrace {
  const { intervalMs, loss, bursts, link = "datagram" } = world;
  const stream = splitSeed(seed);
  const delayMs = samplerOf(world.delay, stream("delay"));
  const chance = stream("loss");
  const burst = stream("bursts");
  const slots = new Float64Array(beatCount);
  const arrivedAtMs = new Float64Array(beatCount);
  let count = 0;
  let lostUntil = 0;
  let newestMs = 0;
  for (let slot = 0; slot < beatCount; slot++) {
    // A delay is drawn for lost beats, too: so the same seed gives the same delays under any loss.
    let atMs = slot * intervalMs + delayMs();
    if (bursts !== undefined && slot >= lostUntil && burst() < bursts.share)
      lostUntil = slot + geometric(burst, bursts.meanBeats);
    let lossCount = 0;
    if (link === "datagram") {
      if (chance() < loss || slot < lostUntil) continue;
    } else {
      while (lossCount < 20 && chance() < loss) lossCount++;
      // A burst on a stream is an outage of the network: what was sent in it comes after it.
      if (slot < lostUntil) atMs = Math.max(atMs, lostUntil * intervalMs);
      atMs = Math.max(newestMs, atMs + retransmissionMs(lossCount));
    }
    newestMs = Math.max(newestMs, atMs);
    slots[count] = slot;
    arrivedAtMs[count++] = atMs;
  }
  const trace = { slots: slots.slice(0, count), arrivedAtMs: arrivedAtMs.slice(0, count) };
  sortByArrival(trace.slots, trace.arrivedAtMs);
  const sendings = { originMs: 0, paceMs: intervalMs, known: true };
  return { ...trace, intervalMs, sendings, aliveUntilMs: (beatCount - 1) * intervalMs };
}

/** A whole number from 1 on, with this mean. */
function geometric(chance: () => number, mean: number): number {
  let count = 1;
  while (count < 1e6 && chance() >= 1 / mean) count++;
  return count;
}
