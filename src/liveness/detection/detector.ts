/** The failure detectors of this library, by name. */
export type DetectorName = "missed" | "nfdS" | "nfdE" | "phiNormal" | "phiExponential" | "bertier";

/**
 * A failure detector: a pure rule that turns the beats of one sender into one instant, its deadline, at which the sender is suspected if no newer beat has
 * come (docs/liveness.md, D1). What it remembers of a sender is `width` numbers in memory that its caller owns, from index `at` on. So a caller can keep
 * one sender or 100,000 of them, copy them, and replay them; a detector itself never changes.
 *
 * ```
 *            begin                 beat of slot s, at A
 *              │                           │
 *              ▼                           ▼                         deadline
 *  ────────────●───────────────────────────●────────────────────────────┃──────────▶ time
 *              0 · · · level · · · · · · · 0 · · · · · · · · · · · · · ·1 · · 2 · ·
 * ```
 */
export interface Detector {
  readonly name: DetectorName;
  /** The interval at which senders beat, in milliseconds. */
  readonly intervalMs: number;
  /** The silence that is tolerated beyond the next expected beat, in milliseconds. */
  readonly pauseMs: number;
  /** `intervalMs + pauseMs`: for how long an observer must have listened before it may suspect. */
  readonly windowMs: number;
  /** How many numbers it remembers of one sender. The first two are what `slotIn` and `heardAtIn` read. */
  readonly width: number;
  /** Begins to watch, at `nowMs`, a sender whose clock has shown `slot` intervals. This counts as a beat. */
  begin(memory: Float64Array, at: number, slot: number, nowMs: number): void;
  /**
   * A beat of a newer slot has arrived; the caller has refused older ones.
   * @param learns false while the estimate must not learn from arrivals, because the observer itself was held up
   */
  onBeat(memory: Float64Array, at: number, slot: number, nowMs: number, learns: boolean): void;
  /** The instant from which on the sender is suspected if no newer beat comes: at the deadline itself it is. */
  deadlineMs(memory: Float64Array, at: number): number;
  /**
   * The same detector, its pause too, for senders with another interval; it remembers as many numbers. Without this function all senders must keep
   * `intervalMs`.
   */
  paced?(intervalMs: number): Detector;
  /** How near the suspicion is: 0 just after a beat, 1 at the deadline, more after it. Finite, never negative, and never falls while no beat comes. */
  level(memory: Float64Array, at: number, nowMs: number): number;
}

/** The two numbers that every detector is set by. They mean the same for each. */
export interface DetectorSettings {
  /** The interval at which senders beat, from 1 millisecond to a day. */
  readonly intervalMs: number;
  /**
   * The silence that is tolerated beyond the next expected beat, in milliseconds.
   * @defaultValue 3 intervals
   */
  readonly pauseMs?: number | undefined;
}

/** The newest slot of a sender. */
export function slotIn(memory: Float64Array, at: number): number {
  return memory[at] as number;
}

/** When the newest beat of a sender arrived. */
export function heardAtIn(memory: Float64Array, at: number): number {
  return memory[at + 1] as number;
}

/** Notes a beat. */
export function hear(memory: Float64Array, at: number, slot: number, nowMs: number): void {
  memory[at] = slot;
  memory[at + 1] = nowMs;
}

/** How many numbers `hear` notes; those of a detector of its own come after them. */
export const heardWidth = 2;

/**
 * Whether a beat that comes now, after the one noted before, may teach an estimate: beats less than a quarter of an interval apart have waited in a
 * queue together, and say nothing about the sender's pace (D6).
 */
export function isOwnArrival(memory: Float64Array, at: number, intervalMs: number, nowMs: number): boolean {
  return nowMs - heardAtIn(memory, at) >= intervalMs / 4;
}

/** The level of a detector that knows only its deadline: the share of the time from the last beat to the deadline that has passed. */
export function shareOfWait(
  memory: Float64Array,
  at: number,
  deadlineMs: number,
  windowMs: number,
  nowMs: number,
): number {
  const heardAtMs = heardAtIn(memory, at);
  const waitMs = deadlineMs - heardAtMs;
  // The newest beat itself came after its deadline.
  if (waitMs <= 0) return 1 + Math.max(0, nowMs - deadlineMs) / windowMs;
  return Math.max(0, nowMs - heardAtMs) / waitMs;
}
