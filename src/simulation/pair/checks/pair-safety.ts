import type { Beat } from "../../../liveness/monitor-api.js";
import type { LivenessEvent, PeerStatus } from "../../../liveness/roster/liveness-event.js";
import type { RosterSettings } from "../../../liveness/roster/roster-settings.js";
import type { Report } from "../../checks/safety.js";
import { PairWatcher, type Party } from "../hosts/pair-watcher.js";
import {
  begin,
  keptPace,
  type Listener,
  newListener,
  newView,
  roundingMs,
  type View,
  viewIn,
} from "./listener-view.js";
import { ZoneCounts } from "./zone-counts.js";

/** The longest trust (R4) and the longest patience (R6), in windows and pauses; and how many lives are remembered (R1). */
const longestTrust = { windows: 3, pauses: 3 };
const livesKept = 4;

/**
 * Checks the rules of docs/liveness.md that must hold whatever happens, on what observers say and what truly happened. It works out everything anew, and
 * shares with the rules that it judges nothing but their words. Where clocks are wrong or have jumped it keeps silent.
 */
export class PairSafety extends PairWatcher {
  private readonly world: { readonly nowMs: number };
  private readonly report: Report;
  private readonly settings: RosterSettings;
  /** The zone of each sender. */
  private readonly zoneNames: ReadonlyMap<string, string>;
  private readonly watchesAll: boolean;
  private readonly listeners = new Map<string, Listener>();
  private readonly senders = new Map<string, Party>();
  /** When a wall clock was set last, in true time: a sleep at that time may not show. */
  private wallSetAtMs = Number.NEGATIVE_INFINITY;
  /** The last beat that was delivered to an observer. */
  private last: Beat | null = null;

  constructor(
    world: { readonly nowMs: number },
    report: Report,
    options: {
      readonly settings: RosterSettings;
      readonly watchesAll: boolean;
      readonly senders: readonly string[];
    },
  ) {
    super();
    this.world = world;
    this.report = report;
    this.settings = options.settings;
    this.watchesAll = options.watchesAll;
    this.zoneNames = new Map(options.senders.map((id) => [id, options.settings.zoneOf?.(id) ?? ""]));
  }

  override started(host: Party): void {
    if (host.kind === "sender") {
      this.senders.set(host.id, host);
      return;
    }
    const nowMs = host.clock.nowMs();
    const zones = new ZoneCounts();
    if (this.watchesAll) for (const [id, zone] of this.zoneNames) zones.set(zone, id, "unknown", nowMs);
    this.listeners.set(host.id, newListener(host, zones, nowMs));
  }

  override died(host: Party): void {
    this.listeners.delete(host.id);
  }

  override stopped(host: Party, asleep: boolean): void {
    const listener = this.listeners.get(host.id);
    if (listener === undefined) return;
    listener.stoppedAtMs = Math.min(listener.stoppedAtMs, host.clock.nowMs());
    listener.stoppedTrueMs = Math.min(listener.stoppedTrueMs, this.world.nowMs);
    if (asleep) for (const view of listener.views.values()) view.largestLagMs = Number.POSITIVE_INFINITY;
  }

  override wentOn(host: Party): void {
    const listener = this.listeners.get(host.id);
    if (listener === undefined) return;
    const nowMs = host.clock.nowMs();
    const awayMs = nowMs - listener.stoppedAtMs;
    const sleptMs = this.world.nowMs - listener.stoppedTrueMs - awayMs / host.clock.rate;
    const isShown = this.wallSetAtMs < listener.stoppedTrueMs - this.noticedMs();
    if (awayMs >= this.noticedMs() || (isShown && sleptMs >= this.noticedMs()))
      listener.absentUntilMs = nowMs;
    listener.stoppedAtMs = Number.POSITIVE_INFINITY;
    listener.stoppedTrueMs = Number.POSITIVE_INFINITY;
    listener.disturbedAtMs = nowMs;
  }

  override changed(what: string): void {
    if (what.includes("wallJump")) this.wallSetAtMs = this.world.nowMs;
    for (const listener of this.listeners.values()) {
      this.checkTrust(listener);
      // Estimates begin anew after a jump of the clock (A4), and nothing here tells from where.
      if (what.includes("wallJump"))
        for (const view of listener.views.values()) view.largestLagMs = Number.POSITIVE_INFINITY;
      listener.disturbedAtMs = listener.party.clock.nowMs();
    }
  }

  override queued(to: Party, from: Party): void {
    this.viewOf(to, from.id).unread++;
  }

  override delivered(to: Party, from: Party, beat: Beat): void {
    const view = this.viewOf(to, from.id);
    this.last = beat;
    if (view.unread > 0) view.unread--;
    view.heardAtMs = to.clock.nowMs();
    if (beat.leaving) return;
    const lagMs = view.heardAtMs - beat.slot * this.settings.detector.intervalMs;
    if (beat.boot !== view.lives.at(-1)) {
      if (view.status !== "alive") view.others.push({ boot: beat.boot, atMs: view.heardAtMs, lagMs });
    } else if (view.status === "alive") view.largestLagMs = Math.max(view.largestLagMs, lagMs);
    else {
      view.since.push({ atMs: view.heardAtMs, lagMs });
      view.sinceDeath++;
    }
  }

  override fired(host: Party): void {
    const listener = this.listeners.get(host.id);
    if (listener !== undefined) this.checkTrust(listener);
  }

  override ended(): void {
    for (const listener of this.listeners.values()) this.checkTrust(listener);
  }

  override told(observer: Party, event: LivenessEvent): void {
    const listener = this.listeners.get(observer.id);
    if (listener === undefined) return;
    const nowMs = observer.clock.nowMs();
    switch (event.kind) {
      case "alive":
        this.onAlive(listener, event.id, event.boot, nowMs);
        break;
      case "restarted":
        this.onRestarted(listener, event.id, event.boot, nowMs);
        break;
      case "left":
        this.hold(listener, event.id, "left", nowMs);
        break;
      case "suspect":
        this.onSuspect(listener, event, nowMs);
        break;
      case "dead":
        this.onDead(listener, event.id, nowMs);
        break;
      case "flapping":
        if (event.patience > longestTrust.pauses)
          this.report("R6", `${event.id} is given ${event.patience} more pauses`);
        break;
      case "disruption":
      case "doubt":
        listener.disturbedAtMs = nowMs;
        break;
    }
  }

  private onAlive(listener: Listener, id: string, boot: string, nowMs: number): void {
    const view = this.viewOf(listener.party, id);
    const { status } = view;
    const sameLife = view.lives.at(-1) === boot;
    if (status === "alive" && sameLife) this.report("order", `${id} was told alive twice`);
    if (status === "left" && sameLife && nowMs - view.goneAtMs < this.settings.forgetAfterMs - roundingMs)
      this.report("R7", `${id} came back in the life that had said goodbye`);
    if (sameLife && (status === "suspect" || status === "dead")) this.checkRevival(view, id, nowMs);
    if (!sameLife) begin(view, boot);
    this.hold(listener, id, "alive", nowMs);
    view.since = [];
    const lagMs = nowMs - (this.last?.slot ?? 0) * this.settings.detector.intervalMs;
    view.largestLagMs = sameLife ? Math.max(view.largestLagMs, lagMs) : lagMs;
  }

  private onRestarted(listener: Listener, id: string, boot: string, nowMs: number): void {
    const view = this.viewOf(listener.party, id);
    const before = view.lives.slice(0, -1).slice(-livesKept);
    if (before.includes(boot) && !this.wasNotOver(view, boot, nowMs))
      this.report("R1", `${id} is told to have restarted as ${boot}, which was over`);
    begin(view, boot);
    view.largestLagMs = nowMs - (this.last?.slot ?? 0) * this.settings.detector.intervalMs;
    // Where the life before it was suspected, dead or gone, `alive` follows.
    if (view.status !== "alive") view.status = "unknown";
  }

  private onSuspect(
    listener: Listener,
    { id, reason }: Extract<LivenessEvent, { kind: "suspect" }>,
    nowMs: number,
  ): void {
    const view = this.viewOf(listener.party, id);
    if (view.status !== "alive" && view.status !== "unknown")
      this.report("order", `${id} was told suspect while it was ${view.status}`);
    if (reason === "silence" && view.unread > 0)
      this.report("A5", `${id} was suspected while ${view.unread} of its beats lay unread`);
    const listenedMs = nowMs - listener.absentUntilMs;
    const { windowMs } = this.settings.detector;
    if (reason === "silence" && listenedMs < windowMs - roundingMs)
      this.report(
        "A1",
        `${id} was suspected for its silence after its observer had listened for ${listenedMs.toFixed(3)} of ${windowMs} ms`,
      );
    this.hold(listener, id, "suspect", nowMs);
    view.suspectedAtMs = nowMs;
    view.since = [];
    view.others = [];
  }

  private onDead(listener: Listener, id: string, nowMs: number): void {
    const view = this.viewOf(listener.party, id);
    const { brakeMs } = this.settings;
    const deadAfterMs = this.settings.deadAfterMs ?? this.settings.detector.windowMs;
    if (view.status !== "suspect") this.report("order", `${id} was told dead while it was ${view.status}`);
    const suspectedMs = nowMs - view.suspectedAtMs;
    if (suspectedMs < deadAfterMs - roundingMs)
      this.report("R4", `${id} was declared dead ${suspectedMs.toFixed(3)} ms after it was suspected`);
    const { zones } = listener;
    if (zones.isKnown(nowMs, this.settings.forgetAfterMs)) {
      if (zones.doubts()) this.report("B2", `${id} was declared dead though every zone is silent`);
      if (zones.isBraked(this.zoneOf(id), nowMs, brakeMs - roundingMs))
        this.report("B3", `${id} was declared dead though its zone is partly silent`);
    }
    this.hold(listener, id, "dead", nowMs);
    view.sinceDeath = 0;
  }

  /** A beat that refutes a suspicion comes in time, or its sender has kept its pace for a window (R3). Only slots show it. */
  private checkRevival(view: View, id: string, nowMs: number): void {
    const { detector, rise, forgetAfterMs } = this.settings;
    const { name, windowMs, pauseMs } = detector;
    const isRemembered = nowMs - view.goneAtMs < forgetAfterMs - roundingMs;
    if (view.status === "dead" && view.sinceDeath < rise && isRemembered)
      this.report("R3", `${id} was dead, and is alive again after ${view.sinceDeath} of ${rise} beats`);
    const beat = view.since.at(-1);
    if ((name !== "nfdE" && name !== "nfdS") || beat === undefined) return;
    const lateMs = beat.lagMs - view.largestLagMs;
    if (lateMs <= windowMs + longestTrust.pauses * pauseMs + roundingMs) return;
    if (!keptPace(view.since, nowMs, windowMs))
      this.report("R3", `${id} was trusted again for a beat ${lateMs.toFixed(3)} ms later than any before`);
  }

  /** Whether a life that was left behind has kept its pace since the one after it fell silent (R1). */
  private wasNotOver({ status, others }: View, boot: string, nowMs: number): boolean {
    if (status !== "suspect" && status !== "dead") return false;
    const beats = others.filter((beat) => beat.boot === boot);
    return keptPace(beats, nowMs, this.settings.detector.windowMs);
  }

  /** A sender that has ended is trusted for so long at most, if its observer listens and nothing changes (R4). */
  private checkTrust(listener: Listener): void {
    const { party, views, disturbedAtMs } = listener;
    if (!party.alive || party.paused) return;
    const { windowMs, pauseMs, intervalMs } = this.settings.detector;
    const longestMs = (longestTrust.windows + 2) * windowMs + longestTrust.pauses * pauseMs + intervalMs;
    const nowMs = party.clock.nowMs();
    for (const [id, { status, heardAtMs }] of views) {
      const trusts = status === "alive" || (status === "unknown" && this.watchesAll);
      if (!trusts || this.senders.get(id)?.alive !== false) continue;
      const silentMs = nowMs - Math.max(heardAtMs, disturbedAtMs);
      if (silentMs > longestMs)
        this.report(
          "R4",
          `${party.id} trusts ${id}, which has ended, after ${silentMs.toFixed(1)} ms of silence`,
        );
    }
  }

  private zoneOf(id: string): string {
    return this.zoneNames.get(id) ?? "";
  }

  private hold(listener: Listener, id: string, status: PeerStatus, nowMs: number): void {
    const view = this.viewOf(listener.party, id);
    view.status = status;
    if (status === "dead" || status === "left") view.goneAtMs = nowMs;
    listener.zones.set(this.zoneOf(id), id, status, nowMs);
  }

  private viewOf({ id: observer }: Party, id: string): View {
    const listener = this.listeners.get(observer);
    return listener === undefined ? newView() : viewIn(listener, id);
  }

  /** Absences of so long are noticed for certain (A2): of an interval, and of what the clocks' comparison cannot tell. */
  private noticedMs(): number {
    const { intervalMs, windowMs } = this.settings.detector;
    return Math.max(intervalMs, 100) + 5 + Math.max(windowMs, 1000) / 50;
  }
}
