import type { ChecksEvent } from "../../liveness/checks/checks-event.js";
import { ChecksWatcher, type Machine, type RequestEnd, type WatchedBackend } from "./checks-watcher.js";
import type { GatewayWorld } from "./gateway-world.js";

/** How long the checks took to notice a change of a backend; null: they had not when it changed again, or the run ended. */
export interface Notice {
  readonly backend: string;
  readonly afterMs: number | null;
  readonly watchedMs: number;
}

interface Change {
  readonly atMs: number;
  readonly well: boolean;
  noticedAtMs: number | null;
}

/** Knows which backends are well, and holds what the checks tell against it. */
export class ChecksTruth extends ChecksWatcher {
  falseDowns = 0;
  trueDowns = 0;
  panics = 0;
  ejections = 0;
  /** What each request was sent to, and when since the observation began; null where no backend was usable. */
  readonly choices: { readonly atMs: number; readonly backend: string | null }[] = [];
  readonly requestEnds = { ok: 0, bad: 0, refused: 0, late: 0 };
  leastUsable = Number.POSITIVE_INFINITY;
  readonly downs: Notice[] = [];
  readonly ups: Notice[] = [];
  /** What the checks hold of each backend. */
  readonly held = new Map<string, "up" | "down">();
  private readonly world: GatewayWorld;
  private readonly changes = new Map<string, Change>();
  private begunMs = 0;

  constructor(world: GatewayWorld) {
    super();
    this.world = world;
    for (const { id } of world.backends) {
      this.held.set(id, "up");
      this.changes.set(id, { atMs: 0, well: true, noticedAtMs: 0 });
    }
  }

  /** Forgets what was told so far: the observation begins. */
  begin(): void {
    this.begunMs = this.world.nowMs;
    this.falseDowns = 0;
    this.trueDowns = 0;
    this.panics = 0;
    this.ejections = 0;
    this.choices.length = 0;
    this.downs.length = 0;
    this.ups.length = 0;
    for (const end of ["ok", "bad", "refused", "late"] as const) this.requestEnds[end] = 0;
    this.leastUsable = this.world.gateway.usable().length;
  }

  override told(event: ChecksEvent): void {
    switch (event.kind) {
      case "up":
      case "down": {
        this.held.set(event.id, event.kind);
        const change = this.changes.get(event.id);
        const isWell = this.isWell(event.id);
        if (event.kind === "down" && isWell) this.falseDowns++;
        if (event.kind === "down" && !isWell) this.trueDowns++;
        if (change !== undefined && change.well === (event.kind === "up"))
          change.noticedAtMs ??= this.world.nowMs;
        break;
      }
      case "panic":
        if (event.panics) this.panics++;
        break;
      case "ejected":
        this.ejections++;
        break;
      case "probed":
      case "returned":
      case "draining":
      case "added":
      case "removed":
        break;
    }
    if (this.world.gateway.alive && event.kind !== "added")
      this.leastUsable = Math.min(this.leastUsable, this.world.gateway.usable().length);
  }

  override chose(backend: string | null): void {
    this.choices.push({ atMs: this.world.nowMs - this.begunMs, backend });
  }

  override requested(_backend: string, end: RequestEnd): void {
    this.requestEnds[end]++;
  }

  override started(machine: Machine): void {
    this.look();
    // A gateway that starts again takes all for well.
    if (machine === this.world.gateway) for (const id of this.held.keys()) this.held.set(id, "up");
  }

  override died(): void {
    this.look();
  }

  override stopped(): void {
    this.look();
  }

  override wentOn(): void {
    this.look();
  }

  override changed(): void {
    this.look();
  }

  override ended(): void {
    for (const [id, change] of this.changes) this.close(id, change);
  }

  /** Notes whose state has changed. */
  private look(): void {
    for (const { id } of this.world.backends) {
      const well = this.isWell(id);
      const change = this.changes.get(id);
      if (change?.well === well) continue;
      if (change !== undefined) this.close(id, change);
      const isHeld = this.held.get(id) === (well ? "up" : "down");
      const atMs = this.world.nowMs;
      this.changes.set(id, { atMs, well, noticedAtMs: isHeld ? atMs : null });
    }
  }

  private close(backend: string, { atMs, well, noticedAtMs }: Change): void {
    if (atMs < this.begunMs || atMs === 0) return;
    const afterMs = noticedAtMs === null ? null : noticedAtMs - atMs;
    (well ? this.ups : this.downs).push({ backend, afterMs, watchedMs: this.world.nowMs - atMs });
  }

  private isWell(id: string): boolean {
    const backend: WatchedBackend | undefined = this.world.backends.find((one) => one.id === id);
    return backend?.alive === true && !backend.paused && backend.isWell;
  }
}
