import { createPulseState, type Pulse } from "../../pulse/pulse.js";
import type { Report } from "../worker-message.js";

/** How a worker takes part. */
export interface WorkerSettings {
  readonly id: string;
  /** Names this life of the process; no other life of any worker has it. */
  readonly boot: string;
  readonly beatIntervalMs: number;
  /** How much faster or slower than real time a clock may run, as on the voters. */
  readonly clockDriftRatio: number;
  readonly zone: string;
  readonly capacity: number;
  readonly maxShards: number;
}

/** A shard as a worker knows it: in its assignment, or still drained. */
export interface Holding {
  readonly shard: string;
  /** The token of the assignment. */
  token: number;
  /** Until when nobody else has it, on this worker's clock. */
  untilMs: number;
  /** Whether the last assignment that was taken names it. */
  assigned: boolean;
  /** Whether this worker gives it back: with this token it does not act for it again. */
  released: boolean;
  /** What the service does for it: nothing, its work, or the end of that. */
  body: "none" | "running" | "stopping";
  /** The token that the body began with. */
  bodyToken: number;
}

/** One life of a worker: plain data. */
export interface Worker {
  readonly settings: WorkerSettings;
  readonly pulse: Pulse;
  term: number;
  seq: number;
  /** The version of the last assignment taken in this term. */
  seen: number;
  /** When the beats of this term were sent that may still be granted, by their seq. */
  readonly sentAtMs: Map<number, number>;
  readonly holdings: Map<string, Holding>;
  wants: readonly string[];
  leaving: boolean;
  /** Whether it has said all that it had to say. */
  gone: boolean;
  superseded: boolean;
  /** What was last said, from which beat on, and the last beat of this term that was granted. */
  report: Report | null;
  reportSeq: number;
  grantedSeq: number;
  longestLeaseMs: number;
  /** Whether a beat is to go before the next slot, and when the last one went. */
  hasNews: boolean;
  lastSentMs: number;
}

/**
 * A life of a worker that has heard of no leader.
 * @param draw uniform in [0, 1): the phase of its beats
 */
export function createWorker(settings: WorkerSettings, draw: number, nowMs: number): Worker {
  return {
    settings,
    pulse: createPulseState(settings.beatIntervalMs, draw, nowMs),
    term: 0,
    seq: 0,
    seen: 0,
    sentAtMs: new Map(),
    holdings: new Map(),
    wants: [],
    leaving: false,
    gone: false,
    superseded: false,
    report: null,
    reportSeq: 0,
    grantedSeq: 0,
    longestLeaseMs: 0,
    hasNews: false,
    lastSentMs: Number.NEGATIVE_INFINITY,
  };
}
