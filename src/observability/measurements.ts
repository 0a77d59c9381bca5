import type { Timing } from "../protocol/index.js";
import { quantiles } from "../quantiles.js";
import type { VoteStore } from "../runtime/ports.js";
import type { PeerCounters } from "../transport/websocket/peer-counters.js";
import { createMissedHeartbeats, type MissedHeartbeats } from "./missed-heartbeats.js";

/** Median and 99th percentile of the latest of something, in milliseconds. */
export interface MeasuredMs {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
  /** From the first of them to the last. */
  readonly overMs: number;
}

/** What a node has measured of what its settings rest on, with these settings; null for what it has not seen yet. */
export interface Measured {
  readonly timing: Timing;
  /** Of heartbeats, as long as this node leads. */
  readonly roundTripMs: MeasuredMs | null;
  /** The share of messages that get lost one way, from heartbeats that nobody answered. */
  readonly loss: number | null;
  /** How late timers of this process are: the 99th percentile. */
  readonly stallP99Ms: number | null;
  /** The longest of the same time. */
  readonly longestStallMs: number | null;
  /** For how long the timers were watched. */
  readonly stallsOverMs: number | null;
  /** Durable writes of votes. */
  readonly writeMs: MeasuredMs | null;
}

/** How late the timers of a process were of late. */
export interface Stalls {
  readonly p99Ms: number;
  readonly longestMs: number;
  /** For how long they were watched. */
  readonly overMs: number;
}

/** Called with every single measurement. */
export interface MeasurementObserver {
  /** A heartbeat to this peer was answered after so many milliseconds. */
  onRoundTrip(peer: string, ms: number): void;
  /** So many more heartbeats to this peer were not answered within the shortest election timeout. */
  onMissed(peer: string, count: number): void;
  /** A vote was made durable in so many milliseconds. */
  onWrite(ms: number): void;
}

/** Keeps the latest measurements of one node, a bounded number of them. */
export interface Measurements {
  /** Takes one round trip: the transport calls it for each that it measures. */
  onRoundTrip(peer: string, ms: number): void;
  /** Looks at the counters of the links: call it every `lookIntervalMs`. */
  look(isLeader: boolean, links: readonly PeerCounters[]): void;
  /** Calls the observer with each measurement from now on, and with the writes there were; returns the end of that. */
  observe(observer: MeasurementObserver): () => void;
  /** The store, each write of it timed. */
  timed(store: VoteStore): VoteStore;
  /** What has been measured so far. */
  read(): Measured;
}

/** How often the counters of the links are looked at. */
export const lookIntervalMs = 100;

const mostRoundTrips = 8192;
const mostWrites = 256;
/** So many looks back it is known what had been sent: a minute. */
const mostLooks = 600;
/** Fewer heartbeats say nothing of loss. */
const fewestHeartbeats = 100;
/** What was counted a quarter of an hour ago has half the weight. */
const keptPerLook = 0.5 ** (lookIntervalMs / 900_000);

/**
 * Begins with nothing measured.
 * @param stalls what the event loop's monitor says now; null before it has seen anything
 */
export function createMeasurements(
  timing: Timing,
  nowMs: () => number,
  stalls: () => Stalls | null,
): Measurements {
  const roundTrips: Sample[] = [];
  const writes: Sample[] = [];
  const observers = new Set<MeasurementObserver>();
  // An observer that throws must cost neither a heartbeat nor a vote.
  const tellEach = (tell: (observer: MeasurementObserver) => void): void => {
    for (const observer of observers)
      try {
        tell(observer);
      } catch (error) {
        process.emitWarning(`an observer of measurements threw: ${String(error)}`);
      }
  };
  const loss = createLossCount(
    Math.min(mostLooks, Math.ceil(timing.electionTimeout.minMs / lookIntervalMs)),
    (peer, count) => tellEach((observer) => observer.onMissed(peer, count)),
  );

  return {
    onRoundTrip(peer, ms) {
      keep(roundTrips, { ms, atMs: nowMs() }, mostRoundTrips);
      tellEach((observer) => observer.onRoundTrip(peer, ms));
    },
    look: loss.look,
    observe(observer) {
      observers.add(observer);
      for (const { ms } of writes) observer.onWrite(ms);
      return () => observers.delete(observer);
    },
    timed: (store) => ({
      open: (callback) => store.open(callback),
      write(record, callback) {
        const beganMs = nowMs();
        store.write(record, (error) => {
          const ms = nowMs() - beganMs;
          callback(error);
          if (error !== null) return;
          keep(writes, { ms, atMs: beganMs + ms }, mostWrites);
          tellEach((observer) => observer.onWrite(ms));
        });
      },
      close: (callback) => store.close(callback),
    }),
    read: () => ({
      timing,
      roundTripMs: measuredMs(roundTrips),
      loss: loss.oneWay(),
      stallP99Ms: stalls()?.p99Ms ?? null,
      longestStallMs: stalls()?.longestMs ?? null,
      stallsOverMs: stalls()?.overMs ?? null,
      writeMs: measuredMs(writes),
    }),
  };
}

/** Counts heartbeats and their answers. */
interface LossCount {
  look: Measurements["look"];
  /** The share of messages that get lost one way; null where too few heartbeats were sent. */
  oneWay(): number | null;
}

/** @param timeoutLooks after so many looks a heartbeat without an answer is missed */
function createLossCount(timeoutLooks: number, onMissed: MeasurementObserver["onMissed"]): LossCount {
  let missed = new Map<string, MissedHeartbeats>();
  let before = new Map<string, PeerCounters>();
  let sent = 0;
  let answered = 0;
  return {
    look(isLeader, links) {
      const seen = new Map<string, PeerCounters>();
      const missing = new Map<string, MissedHeartbeats>();
      sent *= keptPerLook;
      answered *= keptPerLook;
      for (const link of isLeader ? links : []) {
        if (!link.connected) continue;
        seen.set(link.id, link);
        const counting = missed.get(link.id) ?? createMissedHeartbeats(timeoutLooks);
        missing.set(link.id, counting);
        const count = counting.look(link);
        // A node without an address is no member: any number of names may come and go.
        if (link.address !== null) onMissed(link.id, count);
        const last = before.get(link.id);
        if (last === undefined) continue;
        sent += link.sentCount + link.droppedCount - last.sentCount - last.droppedCount;
        answered += link.receivedCount - last.receivedCount;
      }
      before = seen;
      missed = missing;
    },
    // Heartbeat and answer: either may be lost.
    oneWay: () => (sent < fewestHeartbeats ? null : 1 - Math.sqrt(Math.min(1, answered / sent))),
  };
}

/** Something that was measured, and when. */
interface Sample {
  readonly ms: number;
  readonly atMs: number;
}

function keep(samples: Sample[], sample: Sample, most: number): void {
  samples.push(sample);
  // Now and then and not each time: shifting takes as long as there are samples.
  if (samples.length >= 2 * most) samples.splice(0, samples.length - most);
}

function measuredMs(samples: readonly Sample[]): MeasuredMs | null {
  const found = quantiles(samples.map(({ ms }) => ms));
  if (found === null) return null;
  const overMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  return { p50: found.p50, p99: found.p99, count: samples.length, overMs };
}
