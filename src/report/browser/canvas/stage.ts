import type { Item, Scene, Shown } from "../run/scene.js";
import { Viewport } from "./viewport.js";

/** Of a short run so much is shown around an instant that is jumped to. */
const nearMs = 400;

/** What the parts of the page have in common: the run, the chosen instant, what is in view and what is selected. */
export class Stage {
  readonly scene: Scene;
  readonly view: Viewport;
  atMs: number;
  shown: Shown = "elections";
  selected: Item | null = null;
  private readonly listeners: (() => void)[] = [];
  private readonly jumpListeners: ((atMs: number) => void)[] = [];
  private isDue = false;
  private isOver = false;

  constructor(scene: Scene) {
    this.scene = scene;
    const { beganMs, endMs, recoveredMs } = scene.recording;
    this.view = new Viewport(endMs);
    this.atMs = beganMs ?? 0;
    this.showWhatMatters();
    // Ends where nothing recovers: the first part of the observation is what there is to see.
    if (recoveredMs === null) this.view.follow(this.atMs);
  }

  /** Shows the time around the first fault until somebody leads again. */
  showWhatMatters(): void {
    const { beganMs, recoveredMs, endMs } = this.scene.recording;
    const from = beganMs ?? 0;
    const lasted =
      recoveredMs !== null && recoveredMs > from ? recoveredMs - from : Math.min(endMs - from, 5_000);
    this.view.show(from - lasted * 0.15, from + lasted * 1.35);
    this.touch();
  }

  moveTo(atMs: number): void {
    this.atMs = Math.min(Math.max(atMs, 0), this.scene.recording.endMs);
    this.view.follow(this.atMs);
    this.touch();
  }

  /** Goes to an instant from elsewhere, and shows what is around it from near. */
  jumpTo(atMs: number): void {
    const { endMs } = this.scene.recording;
    this.atMs = Math.min(Math.max(atMs, 0), endMs);
    const lengthMs = Math.min(this.view.lengthMs, Math.max(nearMs, endMs / 50));
    this.view.show(this.atMs - lengthMs * 0.3, this.atMs + lengthMs * 0.7);
    for (const listener of this.jumpListeners) listener(this.atMs);
    this.touch();
  }

  /** Has `listener` called at each jump. */
  onJump(listener: (atMs: number) => void): void {
    this.jumpListeners.push(listener);
  }

  select(item: Item | null): void {
    this.selected = item;
    this.touch();
  }

  /** Has `listener` called before the next frame after each change. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Something changed. */
  touch(): void {
    if (this.isDue || this.isOver) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      if (!this.isOver) for (const listener of this.listeners) listener();
    });
  }

  /** Another run is shown: nobody listens any more. */
  close(): void {
    this.isOver = true;
  }

  get isClosed(): boolean {
    return this.isOver;
  }
}
