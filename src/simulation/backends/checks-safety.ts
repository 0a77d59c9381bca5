import type { ChecksEvent } from "../../liveness/checks/checks-event.js";
import type { ChecksSettings } from "../../liveness/checks/checks-settings.js";
import type { Report } from "../checks/safety.js";
import { ChecksWatcher, type Machine } from "./checks-watcher.js";
import type { GatewayWorld } from "./gateway-world.js";

/** What must be held of a backend. */
interface View {
  credit: number;
  wasProbed: boolean;
  ejected: boolean;
  draining: boolean;
  /** When the probe under way was sent, by the gateway's clock; null where there is none. */
  sentAtMs: number | null;
}

/**
 * Checks the rules H of docs/liveness.md on what the checks say and order. It counts everything anew, and shares with the rules that it judges nothing but
 * their words.
 */
export class ChecksSafety extends ChecksWatcher {
  private readonly world: GatewayWorld;
  private readonly report: Report;
  private readonly settings: ChecksSettings;
  private views = new Map<string, View>();
  private readonly probes = new Map<number, string>();
  private absentUntilMs = Number.NEGATIVE_INFINITY;
  private stoppedTrueMs = Number.POSITIVE_INFINITY;

  constructor(world: GatewayWorld, report: Report, settings: ChecksSettings) {
    super();
    this.world = world;
    this.report = report;
    this.settings = settings;
  }

  override started(machine: Machine): void {
    if (machine !== this.world.gateway) return;
    this.probes.clear();
    this.absentUntilMs = Number.NEGATIVE_INFINITY;
    this.stoppedTrueMs = Number.POSITIVE_INFINITY;
  }

  override died(machine: Machine): void {
    if (machine === this.world.gateway) this.views = new Map();
  }

  override stopped(machine: Machine): void {
    if (machine === this.world.gateway) this.stoppedTrueMs = Math.min(this.stoppedTrueMs, this.world.nowMs);
  }

  override wentOn(machine: Machine): void {
    if (machine !== this.world.gateway) return;
    // Absences of so long are noticed for certain (H5), also where the clock stood still.
    const awayMs = this.world.nowMs - this.stoppedTrueMs;
    const noticedMs = this.settings.timeoutMs / 2 + 50 + Math.max(this.settings.timeoutMs, 1000) / 50;
    if (awayMs >= noticedMs) this.absentUntilMs = machine.clock.nowMs();
    this.stoppedTrueMs = Number.POSITIVE_INFINITY;
  }

  override probed(backend: string, probe: number): void {
    const view = this.viewOf(backend);
    if (view.sentAtMs !== null) this.report("H4", `${backend} was probed while a probe of it was under way`);
    view.sentAtMs = this.world.gateway.clock.nowMs();
    this.probes.set(probe, backend);
    const { maxConcurrent } = this.settings;
    const underWay = [...this.views.values()].filter(({ sentAtMs }) => sentAtMs !== null).length;
    if (underWay > maxConcurrent) this.report("H4", `${underWay} probes are under way, of ${maxConcurrent}`);
  }

  override answered(probe: number): void {
    this.aborted(probe);
  }

  override aborted(probe: number): void {
    const backend = this.probes.get(probe);
    if (backend !== undefined) this.viewOf(backend).sentAtMs = null;
  }

  override told(event: ChecksEvent): void {
    switch (event.kind) {
      case "probed":
        this.onProbed(event);
        break;
      case "up":
      case "down": {
        const isUp = this.viewOf(event.id).credit >= this.settings.rise;
        if (isUp !== (event.kind === "up"))
          this.report("H1", `${event.id} was told ${event.kind} with credit ${this.viewOf(event.id).credit}`);
        break;
      }
      case "ejected":
        this.viewOf(event.id).ejected = true;
        break;
      case "returned":
        this.viewOf(event.id).ejected = false;
        break;
      case "draining":
        this.viewOf(event.id).draining = event.draining;
        break;
      case "panic":
        this.onPanic(event.panics);
        break;
      case "added":
        this.viewOf(event.id);
        break;
      case "removed":
        this.views.delete(event.id);
        break;
    }
  }

  override chose(backend: string | null): void {
    const usable = this.usable();
    if (backend === null ? usable.length > 0 : !usable.includes(backend))
      this.report("H7", `a request went to ${backend ?? "no backend"}, and usable are ${usable.join(", ")}`);
  }

  private onProbed({ id, ok, credit, latencyMs }: Extract<ChecksEvent, { kind: "probed" }>): void {
    const view = this.viewOf(id);
    const { rise, fall, explicitIsFinal } = this.settings;
    const top = rise + fall - 1;
    const nowMs = this.world.gateway.clock.nowMs();
    const wasAway = this.absentUntilMs > nowMs - latencyMs;
    if (!ok && wasAway)
      this.report("H5", `a probe of ${id} counts as failed, and the gateway was away while it was under way`);
    let expected: number;
    if (ok) expected = !view.wasProbed || view.credit + 1 >= rise ? top : view.credit + 1;
    else expected = view.credit - 1 < rise ? 0 : view.credit - 1;
    if (credit !== expected && !(explicitIsFinal && !ok && credit === 0))
      this.report(
        "H1",
        `${id} had credit ${view.credit}, and after a ${ok ? "pass" : "fail"} it has ${credit}`,
      );
    view.credit = credit;
    view.wasProbed = true;
    view.sentAtMs = null;
  }

  private onPanic(panics: boolean): void {
    const { well, of } = this.counts();
    const must = of > 0 && well / of < this.settings.panicBelow;
    if (must !== panics) this.report("H7", `panic is ${panics}, and ${well} of ${of} are well`);
  }

  /** Backends that requests may go to. */
  private usable(): string[] {
    const { well, of } = this.counts();
    const panics = of > 0 && well / of < this.settings.panicBelow;
    return [...this.views].flatMap(([id, view]) =>
      !view.draining && (panics || (view.credit >= this.settings.rise && !view.ejected)) ? [id] : [],
    );
  }

  private counts(): { readonly well: number; readonly of: number } {
    const views = [...this.views.values()].filter(({ draining }) => !draining);
    const well = views.filter(
      ({ credit, ejected, wasProbed }) => !wasProbed || (credit >= this.settings.rise && !ejected),
    );
    return { well: well.length, of: views.length };
  }

  private viewOf(id: string): View {
    const known = this.views.get(id);
    if (known !== undefined) return known;
    const { rise, fall, assume } = this.settings;
    const view: View = {
      credit: assume === "up" ? rise + fall - 1 : 0,
      wasProbed: false,
      ejected: false,
      draining: false,
      sentAtMs: null,
    };
    this.views.set(id, view);
    return view;
  }
}
