import { fromTheTop, type LoopPhase, SimulatedHost } from "./simulated-host.js";

/** A machine whose process may be stopped and blocked, and which may sleep; several of these at a time count. */
export abstract class StoppableHost<Carried> extends SimulatedHost<Carried> {
  /** How many faults keep it from running now. */
  private stops = 0;
  /** How many of them let its machine sleep. */
  private sleeps = 0;

  /** Starts the process. */
  boot(): void {
    this.startIndex++;
    this.alive = true;
    this.run();
    this.onStarted();
  }

  /** Starts what runs on this machine. */
  protected abstract run(): void;
  /** The process has started. */
  protected abstract onStarted(): void;
  /** The process stands still from now on. */
  protected abstract onStopped(asleep: boolean): void;
  /** The process goes on. */
  protected abstract onWentOn(): void;

  /** The process ends between two instructions. */
  protected override end(): void {
    this.stops = 0;
    this.sleeps = 0;
    this.clock.wake();
    super.end();
  }

  /**
   * The process stands still until the function that this returns is called.
   * @param order in which phases what waited happens then
   */
  stop(order: readonly LoopPhase[] = fromTheTop, asleep = false): () => void {
    const { startIndex } = this;
    if (!this.alive) return () => {};
    this.stops++;
    if (this.stops === 1) this.setPaused(true);
    this.onStopped(asleep);
    return () => {
      if (!this.alive || startIndex !== this.startIndex) return;
      this.stops--;
      if (this.stops > 0) return;
      this.setPaused(false, order);
      this.onWentOn();
    };
  }

  /** The machine sleeps until the function that this returns is called: its monotonic clock stands still, too. */
  sleep(): () => void {
    const { startIndex } = this;
    if (!this.alive) return () => {};
    this.sleeps++;
    this.clock.sleep();
    const goOn = this.stop(fromTheTop, true);
    return () => {
      if (!this.alive || startIndex !== this.startIndex) return;
      this.sleeps--;
      if (this.sleeps === 0) this.clock.wake();
      goOn();
    };
  }
}
