import { detectors } from "../../../src/liveness/index.js";
import type { Message } from "../../../src/protocol/index.js";
import { Link, type LinkEnd } from "../../../src/simulation/cluster/link.js";
import { splitSeed } from "../../../src/simulation/kernel/prng.js";
import { type Actor, Timeline } from "../../../src/simulation/kernel/timeline.js";
import type { QualityOfService } from "../../../src/tuning/model/closed-forms.js";
import type { BeatTrace } from "../../../src/tuning/qos/beat-trace.js";
import { qos } from "../../../src/tuning/qos/qos.js";

/** What NFD-S runs on: heartbeats that get lost with a chance and take a constant time, and how long they may take (`nfdSQuality`). */
export interface DetectorWorld {
  readonly loss: number;
  readonly intervalMs: number;
  readonly shiftMs: number;
  readonly latencyMs: number;
}

/** What the detector did, and how many mistakes that rests on. */
export interface DetectorRun extends QualityOfService {
  readonly mistakes: number;
}

/**
 * Plays the library's `nfdS` over what the simulator's timeline, links and chance make of the heartbeats: heartbeat i leaves at i eta; the watching begins
 * at 0. What arrives at a freshness point is in time.
 */
export function playNfdS(world: DetectorWorld, heartbeats: number, seed: number): DetectorRun {
  const { intervalMs, shiftMs } = world;
  const detector = detectors.nfdS({ intervalMs, pauseMs: shiftMs, originMs: 0 });
  const [result] = qos(new Arrivals(world, seed).trace(heartbeats), [detector], { warmUpBeats: 0 });
  if (result === undefined) throw new Error("one detector has one result");
  const { mistakes, mistakeRecurrenceMs, mistakeDurationMs, queryAccuracy } = result;
  if (mistakeRecurrenceMs === null || mistakeDurationMs === null) throw new Error("there was no mistake");
  return { mistakes, mistakeRecurrenceMs, mistakeDurationMs, queryAccuracy };
}

/** Sends heartbeats over a link of the simulator, and notes what arrives. */
class Arrivals implements Actor {
  private readonly timeline = new Timeline();
  private readonly world: DetectorWorld;
  private readonly link: Link;
  private readonly slots = [0];
  private readonly arrivedAtMs = [0];
  private sent = 0;

  constructor(world: DetectorWorld, seed: number) {
    this.world = world;
    const monitored = endAt(0, () => {});
    const monitor = endAt(1, (seq) => {
      this.slots.push(seq);
      this.arrivedAtMs.push(this.timeline.nowMs);
    });
    const { latencyMs, loss } = world;
    this.link = new Link(
      this.timeline,
      monitored,
      monitor,
      { latency: latencyMs, loss, duplicate: 0 },
      splitSeed(seed),
    );
    this.link.apply({ passes: "all", latency: null, loss: null, duplicate: null });
  }

  trace(heartbeats: number): BeatTrace {
    const { intervalMs } = this.world;
    this.timeline.schedule(intervalMs, this, 0, null);
    this.timeline.runUntil(heartbeats * intervalMs);
    return {
      intervalMs,
      slots: Float64Array.from(this.slots),
      arrivedAtMs: Float64Array.from(this.arrivedAtMs),
      sendings: { originMs: 0, paceMs: intervalMs, known: true },
      aliveUntilMs: this.timeline.nowMs,
    };
  }

  happen(): void {
    const { timeline, world } = this;
    timeline.schedule(timeline.nowMs + world.intervalMs, this, 0, null);
    this.link.send(heartbeat(++this.sent));
  }
}

function endAt(index: number, onHeartbeat: (seq: number) => void): LinkEnd {
  return {
    index,
    alive: true,
    startIndex: 0,
    connect: () => {},
    receive: (_from, _identity, message) => {
      if (message.kind === "heartbeat") onHeartbeat(message.seq);
    },
    onDropped: () => {},
  };
}

function heartbeat(seq: number): Message {
  const configurationId = { term: 1, version: 1, digest: "" };
  return { kind: "heartbeat", term: 1, seq, configurationId, configuration: null, hasMetadata: false };
}
