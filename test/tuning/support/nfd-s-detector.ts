import type { Message } from "../../../src/protocol/index.js";
import { Link, type LinkEnd } from "../../../src/simulation/cluster/link.js";
import { splitSeed } from "../../../src/simulation/kernel/prng.js";
import { type Actor, Timeline } from "../../../src/simulation/kernel/timeline.js";
import type { QualityOfService } from "../../../src/tuning/model/closed-forms.js";

/** What NFD-S runs on: heartbeats that get lost with a chance and take a constant time, and how long they may take (`nfdS`). */
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
 * Plays NFD-S (Chen, Toueg and Aguilera 2002, figure 6) on the simulator's timeline, links and chance: heartbeat i leaves at i eta; from
 * the freshness point i eta + delta on the sender is trusted if heartbeat i or a later one has come, and as soon as one comes.
 */
export function playNfdS(world: DetectorWorld, heartbeats: number, seed: number): DetectorRun {
  const detector = new Detector(world, seed);
  detector.run(heartbeats);
  const { mistakes, wrongMs, observedMs } = detector;
  return {
    mistakes,
    mistakeRecurrenceMs: observedMs / mistakes,
    mistakeDurationMs: wrongMs / mistakes,
    queryAccuracy: 1 - wrongMs / observedMs,
  };
}

const send = 1;
const freshness = 2;
/** Comes after what arrives at the same instant: that is in time. */
const judgement = 3;

class Detector implements Actor {
  mistakes = 0;
  wrongMs = 0;
  private readonly timeline = new Timeline();
  private readonly world: DetectorWorld;
  private readonly link: Link;
  private newest = 0;
  private suspectedSinceMs: number | null = null;
  private sent = 0;
  private due = 0;

  constructor(world: DetectorWorld, seed: number) {
    this.world = world;
    const monitored = endAt(0, () => {});
    const monitor = endAt(1, (seq) => this.heard(seq));
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

  get observedMs(): number {
    return this.timeline.nowMs;
  }

  run(heartbeats: number): void {
    const { intervalMs, shiftMs } = this.world;
    this.timeline.schedule(intervalMs, this, send, null);
    this.timeline.schedule(intervalMs + shiftMs, this, freshness, null);
    this.timeline.runUntil(heartbeats * intervalMs);
  }

  happen(code: number): void {
    const { timeline, world } = this;
    if (code === judgement) {
      this.judge();
      return;
    }
    timeline.schedule(timeline.nowMs + world.intervalMs, this, code, null);
    if (code === send) this.link.send(heartbeat(++this.sent));
    else timeline.schedule(timeline.nowMs, this, judgement, null);
  }

  private judge(): void {
    this.due++;
    if (this.newest >= this.due || this.suspectedSinceMs !== null) return;
    this.suspectedSinceMs = this.timeline.nowMs;
    this.mistakes++;
  }

  private heard(seq: number): void {
    this.newest = Math.max(this.newest, seq);
    if (this.suspectedSinceMs === null || this.newest < this.due) return;
    this.wrongMs += this.timeline.nowMs - this.suspectedSinceMs;
    this.suspectedSinceMs = null;
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
