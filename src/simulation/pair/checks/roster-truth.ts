import type { LivenessEvent, PeerStatus, SuspicionReason } from "../../../liveness/roster/liveness-event.js";
import { PairWatcher, type Party } from "../hosts/pair-watcher.js";

/** A suspicion or a death that an observer told, and whether the world bears it out. */
export interface Verdict {
  /** True time. */
  readonly atMs: number;
  readonly observer: string;
  readonly id: string;
  readonly kind: "suspect" | "dead";
  readonly reason: SuspicionReason;
  /** Whether the sender did not run at that moment: it had ended, was stopped, or its machine slept. */
  readonly isTrue: boolean;
  /** When the observer trusted the sender again, in true time; null while it does not. */
  endedAtMs: number | null;
}

/** How long an observer took to suspect, or to declare dead, a sender that had crashed. */
export interface Detection {
  readonly observer: string;
  readonly id: string;
  /** Null: it never did. */
  readonly afterMs: number | null;
  /** For how long the sender was down and the observer up. */
  readonly watchedMs: number;
}

/** A crash that an observer has to notice. */
interface OpenCrash {
  readonly observer: Party;
  readonly sender: Party;
  readonly atMs: number;
  suspectedAtMs: number | null;
  deadAtMs: number | null;
}

/**
 * Knows who runs, and holds what observers tell against it: every suspicion and every death is true or false by the world, and every crash is noticed so
 * long after it. It takes nothing from the rules that it judges but their words.
 */
export class RosterTruth extends PairWatcher {
  readonly verdicts: Verdict[] = [];
  readonly suspicionDelays: Detection[] = [];
  readonly deathDelays: Detection[] = [];
  /** What each observer holds of each sender, by `observer/sender`. */
  readonly held = new Map<string, PeerStatus>();
  readonly counts = { restarted: 0, left: 0, flapping: 0, doubt: 0 };
  private readonly world: { readonly nowMs: number };
  private readonly parties = new Map<string, Party>();
  private readonly open = new Map<string, Verdict>();
  private crashes: OpenCrash[] = [];

  constructor(world: { readonly nowMs: number }) {
    super();
    this.world = world;
  }

  /** Forgets what was told so far: the observation begins. */
  begin(): void {
    this.verdicts.length = 0;
    this.suspicionDelays.length = 0;
    this.deathDelays.length = 0;
    this.crashes = [];
    for (const kind of ["restarted", "left", "flapping", "doubt"] as const) this.counts[kind] = 0;
  }

  override started(host: Party): void {
    this.parties.set(host.id, host);
    if (host.kind === "sender") this.close(({ sender }) => sender === host);
  }

  override died(host: Party): void {
    if (host.kind === "observer") {
      this.close(({ observer }) => observer === host);
      for (const key of [...this.held.keys()]) if (key.startsWith(`${host.id}/`)) this.held.delete(key);
      for (const key of [...this.open.keys()]) if (key.startsWith(`${host.id}/`)) this.open.delete(key);
      return;
    }
    const atMs = this.world.nowMs;
    for (const observer of this.parties.values()) {
      const status = this.held.get(`${observer.id}/${host.id}`);
      if (observer.kind !== "observer" || !observer.alive || (status !== "alive" && status !== "suspect"))
        continue;
      const suspectedAtMs = status === "suspect" ? atMs : null;
      this.crashes.push({ observer, sender: host, atMs, suspectedAtMs, deadAtMs: null });
    }
  }

  override told(observer: Party, event: LivenessEvent): void {
    switch (event.kind) {
      case "suspect":
      case "dead":
        this.judge(observer, event);
        return;
      case "alive":
        this.hold(observer, event.id, "alive");
        this.endVerdict(observer, event.id);
        return;
      case "left":
        this.counts.left++;
        this.hold(observer, event.id, "left");
        this.endVerdict(observer, event.id);
        // Who said goodbye has not crashed.
        this.crashes = this.crashes.filter(
          (crash) => crash.observer !== observer || crash.sender.id !== event.id,
        );
        return;
      case "restarted":
        this.counts.restarted++;
        return;
      case "flapping":
        this.counts.flapping++;
        return;
      case "doubt":
        if (event.doubts) this.counts.doubt++;
        return;
      case "disruption":
        return;
    }
  }

  override ended(): void {
    this.close(() => true);
  }

  private judge(
    observer: Party,
    { kind, id, reason }: Extract<LivenessEvent, { kind: "suspect" | "dead" }>,
  ): void {
    const sender = this.parties.get(id);
    const isTrue = sender === undefined || !sender.alive || sender.paused;
    const atMs = this.world.nowMs;
    const verdict: Verdict = { atMs, observer: observer.id, id, kind, reason, isTrue, endedAtMs: null };
    this.verdicts.push(verdict);
    if (kind === "suspect") this.open.set(`${observer.id}/${id}`, verdict);
    this.hold(observer, id, kind);
    for (const crash of this.crashes)
      if (crash.observer === observer && crash.sender === sender) {
        if (kind === "suspect") crash.suspectedAtMs ??= atMs;
        else crash.deadAtMs ??= atMs;
      }
  }

  private hold(observer: Party, id: string, status: PeerStatus): void {
    this.held.set(`${observer.id}/${id}`, status);
    // A beat that was still on its way has refuted the suspicion: it must come again.
    if (status === "alive")
      for (const crash of this.crashes)
        if (crash.observer === observer && crash.sender.id === id) {
          crash.suspectedAtMs = null;
          crash.deadAtMs = null;
        }
  }

  private endVerdict(observer: Party, id: string): void {
    const verdict = this.open.get(`${observer.id}/${id}`);
    if (verdict !== undefined) verdict.endedAtMs = this.world.nowMs;
    this.open.delete(`${observer.id}/${id}`);
  }

  /** The crashes for which this holds are over: how long they took to be noticed is known. */
  private close(isOver: (crash: OpenCrash) => boolean): void {
    const { nowMs } = this.world;
    for (const crash of this.crashes.filter(isOver)) {
      const of = { observer: crash.observer.id, id: crash.sender.id, watchedMs: nowMs - crash.atMs };
      const after = (atMs: number | null) => (atMs === null ? null : atMs - crash.atMs);
      this.suspicionDelays.push({ ...of, afterMs: after(crash.suspectedAtMs) });
      this.deathDelays.push({ ...of, afterMs: after(crash.deadAtMs) });
    }
    this.crashes = this.crashes.filter((crash) => !isOver(crash));
  }
}
