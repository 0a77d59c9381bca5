import type { LocalClock, Play } from "./play.js";

/** What a host runs: one side of the rules. */
export interface Run<Input> {
  /** One step, at the instant that the host read from its clock before. */
  step(input: Input, nowMs: number): void;
  /** Carries out what the step ordered, perhaps later. */
  carryOut(): void;
  timerAtMs(nowMs: number): number;
}

export type EngineWord =
  | { readonly kind: "timer" }
  | { readonly kind: "attentive"; readonly jumped: boolean };

/**
 * A process that runs one side of the rules as the engine does: one input at a time, the clock is read first, an absence is noticed before anything that waited.
 * Between its reading of the clock, its step and what it carries out, it may be held up for any time.
 */
export class Host<Input> {
  readonly clock: LocalClock;
  isDead = false;
  /** Whether the machine has slept and nobody has noticed. */
  hasJumped = false;
  private readonly play: Play;
  private readonly run: Run<Input | EngineWord>;
  private readonly pause: () => number;
  private readonly mailbox: (Input | EngineWord)[] = [];
  private readonly missed: (() => void)[] = [];
  private busy = false;
  private wasHeldUp = false;
  private armed = 0;

  /** @param pause how long it is held up now: 0 in most cases */
  constructor(play: Play, clock: LocalClock, run: Run<Input | EngineWord>, pause: () => number) {
    this.play = play;
    this.clock = clock;
    this.run = run;
    this.pause = pause;
  }

  tell(input: Input): void {
    if (this.isDead) return;
    this.mailbox.push(input);
    this.next();
  }

  start(): void {
    this.mailbox.push({ kind: "timer" });
    this.next();
  }

  /** The machine sleeps: its clock stands still, and nothing runs. */
  sleep(forMs: number, onWake: () => void): void {
    if (this.clock.asleep) return;
    this.clock.sleep();
    this.play.after(forMs, () => {
      this.clock.wake();
      this.hasJumped = true;
      for (const run of this.missed.splice(0)) run();
      onWake();
      this.next();
      // Not a step that was under way, but what a service asks next would notice the jump.
      this.arm();
    });
  }

  private next(): void {
    if (this.busy || this.isDead || this.clock.asleep) return;
    const absent = this.hasJumped || this.wasHeldUp;
    const input: Input | EngineWord | undefined = absent
      ? { kind: "attentive", jumped: this.hasJumped }
      : this.mailbox.shift();
    if (input === undefined) return;
    this.busy = true;
    const nowMs = this.clock.nowMs();
    if (absent) {
      this.hasJumped = false;
      this.wasHeldUp = false;
    }
    this.phase(() => {
      this.run.step(input, nowMs);
      this.phase(() => {
        this.run.carryOut();
        this.busy = false;
        this.arm();
        this.next();
      });
    });
  }

  private phase(run: () => void): void {
    const forMs = this.pause();
    const go = (): void => {
      if (this.isDead) return;
      if (this.clock.asleep) this.missed.push(go);
      else run();
    };
    if (forMs === 0) {
      go();
      return;
    }
    if (forMs > 150) this.wasHeldUp = true;
    this.play.after(forMs, go);
  }

  private arm(): void {
    const atMs = this.run.timerAtMs(this.clock.nowMs());
    const armed = ++this.armed;
    if (atMs === Number.POSITIVE_INFINITY || this.isDead) return;
    const go = (): void => {
      if (armed !== this.armed || this.isDead) return;
      if (this.clock.asleep) this.missed.push(go);
      else {
        this.mailbox.push({ kind: "timer" });
        this.next();
      }
    };
    this.play.at(Math.max(this.clock.realMs(atMs), this.play.nowMs + 1), go);
  }
}
