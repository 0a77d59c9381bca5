import type { Detector, DetectorName } from "../../liveness/detection/detector.js";
import { poissonInterval } from "../statistics/confidence.js";
import { type BeatTrace, sentAtMs } from "./beat-trace.js";

/** How well a failure detector did on a trace (Chen, Toueg and Aguilera 2002, section 2). Times in milliseconds. */
export interface DetectorQos {
  readonly detector: DetectorName;
  readonly intervalMs: number;
  readonly pauseMs: number;
  /** T_D: the mean time from a crash to its suspicion, where the sender crashes right after it sent a beat that arrives. Else it is less. */
  readonly detectionMs: number;
  /** The longest that a crash at any beat of the trace would have taken. */
  readonly detectionMaxMs: number;
  /** For how long mistakes were counted: after the warm-up, while the sender lived. */
  readonly observedMs: number;
  /** How often the sender was suspected while it lived. */
  readonly mistakes: number;
  /** T_MR: the mean time from one mistake to the next; null of no mistake. */
  readonly mistakeRecurrenceMs: number | null;
  /** The standard error of the same, from the spread of these times; null of fewer than three mistakes. */
  readonly mistakeRecurrenceErrorMs: number | null;
  /** What the mean time between mistakes is at least, at 95 %, if mistakes come independently of each other. */
  readonly mistakeRecurrenceLeastMs: number;
  /** T_M: how long a mistake lasts, on average; null of no mistake that ended. */
  readonly mistakeDurationMs: number | null;
  /** The standard error of the same; null of fewer than two. */
  readonly mistakeDurationErrorMs: number | null;
  /** P_A: the share of the time in which the sender was trusted. */
  readonly queryAccuracy: number;
}

/** How detectors are judged. */
export interface QosOptions {
  /**
   * How many beats a detector hears before its mistakes count, so that its estimates are filled. At most a tenth of the trace is taken for it.
   * @defaultValue 200
   */
  readonly warmUpBeats?: number | undefined;
}

/**
 * Plays detectors over the same trace and gives the quality of service of each. A beat that arrives at the very deadline is in time (docs/liveness.md, A5).
 * @example
 * const trace = seededTrace({ intervalMs: 1000, delay: { exponential: 20 }, loss: 0.01 }, 100_000, 1);
 * const [one] = qos(trace, [detectors.nfdE({ intervalMs: 1000, pauseMs: 1000 })]);
 */
export function qos(
  trace: BeatTrace,
  detectors: readonly Detector[],
  { warmUpBeats = 200 }: QosOptions = {},
): DetectorQos[] {
  const { slots, arrivedAtMs, aliveUntilMs } = trace;
  const warmUp = Math.min(warmUpBeats, Math.floor(slots.length / 10));
  const fromMs = arrivedAtMs[warmUp] ?? aliveUntilMs;
  return detectors.map((detector) => {
    const record = new QosRecord(fromMs, aliveUntilMs);
    play(trace, detector, record);
    return record.result(detector);
  });
}

function play(
  { slots, arrivedAtMs, sendings, aliveUntilMs }: BeatTrace,
  detector: Detector,
  record: QosRecord,
): void {
  const memory = new Float64Array(detector.width);
  let newest = slots[0] ?? 0;
  detector.begin(memory, 0, newest, arrivedAtMs[0] ?? 0);
  let deadlineMs = detector.deadlineMs(memory, 0);
  for (let index = 1; index < slots.length; index++) {
    const slot = slots[index] as number;
    const atMs = arrivedAtMs[index] as number;
    if (deadlineMs < atMs) record.suspect(deadlineMs);
    // Overtaken, or delivered twice: the detector is not told.
    if (slot <= newest) continue;
    newest = slot;
    detector.onBeat(memory, 0, slot, atMs, true);
    deadlineMs = detector.deadlineMs(memory, 0);
    if (atMs < deadlineMs) record.trust(atMs);
    else record.suspect(atMs);
    record.crashAfter(sentAtMs(sendings, slot), atMs, deadlineMs);
  }
  if (deadlineMs < aliveUntilMs) record.suspect(deadlineMs);
  record.end();
}

/** What is counted as a detector goes on. */
class QosRecord {
  private readonly fromMs: number;
  private readonly untilMs: number;
  private suspectedSinceMs: number | null = null;
  private mistakes = 0;
  private wrongMs = 0;
  private lastMistakeMs = Number.NaN;
  private readonly betweenMistakes = new Spread();
  private readonly durations = new Spread();
  private detections = 0;
  private detectionSumMs = 0;
  private detectionMaxMs = 0;

  constructor(fromMs: number, untilMs: number) {
    this.fromMs = fromMs;
    this.untilMs = untilMs;
  }

  /** It suspects from this instant on, unless it does already. */
  suspect(atMs: number): void {
    if (this.suspectedSinceMs !== null) return;
    this.suspectedSinceMs = atMs;
    if (!this.counts(atMs)) return;
    this.mistakes++;
    if (this.mistakes > 1) this.betweenMistakes.add(atMs - this.lastMistakeMs);
    this.lastMistakeMs = atMs;
  }

  /** It trusts from this instant on, unless it does already. */
  trust(atMs: number): void {
    const sinceMs = this.suspectedSinceMs;
    if (sinceMs === null) return;
    this.suspectedSinceMs = null;
    this.wrongMs += this.within(sinceMs, atMs);
    if (this.counts(sinceMs) && atMs <= this.untilMs) this.durations.add(atMs - sinceMs);
  }

  /** A beat came at `atMs` and would have been the last: the suspicion that never ends begins at the deadline, or has begun. */
  crashAfter(sentAtMs: number, atMs: number, deadlineMs: number): void {
    if (atMs < this.fromMs) return;
    const detectionMs = Math.max(0, (this.suspectedSinceMs ?? deadlineMs) - sentAtMs);
    this.detections++;
    this.detectionSumMs += detectionMs;
    this.detectionMaxMs = Math.max(this.detectionMaxMs, detectionMs);
  }

  end(): void {
    if (this.suspectedSinceMs !== null) this.wrongMs += this.within(this.suspectedSinceMs, this.untilMs);
    this.suspectedSinceMs = null;
  }

  result({ name, intervalMs, pauseMs }: Detector): DetectorQos {
    const { mistakes, durations, betweenMistakes } = this;
    const observedMs = Math.max(0, this.untilMs - this.fromMs);
    return {
      detector: name,
      intervalMs,
      pauseMs,
      detectionMs: this.detections === 0 ? Number.NaN : this.detectionSumMs / this.detections,
      detectionMaxMs: this.detectionMaxMs,
      observedMs,
      mistakes,
      mistakeRecurrenceMs: mistakes === 0 ? null : observedMs / mistakes,
      mistakeRecurrenceErrorMs: betweenMistakes.standardError(),
      mistakeRecurrenceLeastMs: observedMs / poissonInterval(mistakes).high,
      mistakeDurationMs: durations.count === 0 ? null : durations.mean,
      mistakeDurationErrorMs: durations.standardError(),
      queryAccuracy: observedMs === 0 ? 1 : 1 - this.wrongMs / observedMs,
    };
  }

  /** A mistake is one of a sender that lives. */
  private counts(atMs: number): boolean {
    return atMs >= this.fromMs && atMs < this.untilMs;
  }

  /** How much of a stretch of time is observed. */
  private within(sinceMs: number, toMs: number): number {
    return Math.max(0, Math.min(toMs, this.untilMs) - Math.max(sinceMs, this.fromMs));
  }
}

/** Mean and spread of numbers that are not kept, after Welford. */
class Spread {
  count = 0;
  mean = 0;
  private squares = 0;

  add(number: number): void {
    this.count++;
    const before = number - this.mean;
    this.mean += before / this.count;
    this.squares += before * (number - this.mean);
  }

  standardError(): number | null {
    return this.count < 2 ? null : Math.sqrt(this.squares / (this.count - 1) / this.count);
  }
}
