import { type ChecksEffect, isEvent } from "../../liveness/checks/checks-event.js";
import type { ChecksSettings } from "../../liveness/checks/checks-settings.js";
import { pickOf, usableOf, weightOf } from "../../liveness/checks/rules.js";
import { type Checker, startChecker } from "../../liveness/health-checker.js";
import type { Stream } from "../kernel/prng.js";
import { type BackendHost, type Exchange, MachineHost } from "./backend-host.js";
import type { RequestEnd } from "./checks-watcher.js";

/** A machine whose process checks the backends, and sends them the requests of its service. */
export class GatewayHost extends MachineHost {
  /** What ended the checks, if something in them threw. */
  failure: unknown = null;
  private checker: Checker | null = null;
  private readonly requests = new Map<number, string>();
  private requestCount = 0;
  private readonly settings: ChecksSettings;
  private readonly backends: readonly BackendHost[];
  private readonly requestEveryMs: number;
  private readonly random: Stream;
  private readonly probedAt = new Map<number, string>();

  /** @param requestEveryMs a request is sent this often; infinite for none */
  constructor(
    options: ConstructorParameters<typeof MachineHost>[0] & {
      readonly settings: ChecksSettings;
      readonly backends: readonly BackendHost[];
      readonly requestEveryMs: number;
      readonly random: Stream;
    },
  ) {
    super(options);
    this.settings = options.settings;
    this.backends = options.backends;
    this.requestEveryMs = options.requestEveryMs;
    this.random = options.random;
  }

  protected override run(): void {
    this.requests.clear();
    this.probedAt.clear();
    const checker = startChecker(
      this.settings,
      this.clock,
      (effect) => this.carryOut(effect),
      (thrown) => {
        this.failure = thrown;
      },
    );
    this.checker = checker;
    const backends = this.backends.map(({ id }) => ({ id, target: id, draw: this.random() }));
    checker.tell({ kind: "set", backends });
    if (this.requestEveryMs !== Number.POSITIVE_INFINITY) this.requestLater();
  }

  /** The backends that may be given requests now. */
  usable(): readonly string[] {
    return this.checker === null || !this.alive ? [] : usableOf(this.checker.state);
  }

  /** The weight of a backend now. */
  weight(id: string): number {
    const backend = this.checker?.state.backends.get(id);
    return this.checker === null || backend === undefined
      ? 0
      : weightOf(this.checker.state, backend, this.clock.nowMs());
  }

  /** Lets a backend drain, or no longer. */
  drain(id: string, draining: boolean): void {
    if (this.alive) this.checker?.tell({ kind: "drain", id, draining });
  }

  override receive(from: number, start: number, exchange: Exchange): void {
    if (!this.alive || exchange.life !== this.startIndex) return;
    if (this.paused) {
      this.defer("poll", () => this.receive(from, start, exchange));
      return;
    }
    this.world.eventCount++;
    const { of, number, answer } = exchange;
    if (of === "request") {
      this.endRequest(number, answer ?? "bad");
      return;
    }
    const id = this.probedAt.get(number);
    if (id === undefined) return;
    this.probedAt.delete(number);
    for (const watcher of this.world.watchers) watcher.answered(number);
    this.checker?.tell({
      kind: "answer",
      id,
      probe: number,
      answer:
        answer === "ok"
          ? { ok: true }
          : answer === "bad"
            ? { ok: false, explicit: true, reason: "status 503" }
            : { ok: false, explicit: false, reason: "connection refused" },
    });
  }

  private carryOut(effect: ChecksEffect): void {
    const { watchers } = this.world;
    if (isEvent(effect)) for (const watcher of watchers) watcher.told(effect);
    else if (effect.kind === "abort") {
      this.probedAt.delete(effect.probe);
      for (const watcher of watchers) watcher.aborted(effect.probe);
    } else {
      const { id, probe } = effect;
      for (const watcher of watchers) watcher.probed(id, probe);
      this.probedAt.set(probe, id);
      this.ask(id, { of: "probe", number: probe, life: this.startIndex, answer: null });
    }
  }

  private ask(id: string, exchange: Exchange): void {
    const backend = this.backends.find((one) => one.id === id);
    if (backend !== undefined) this.links[backend.index]?.send(exchange);
  }

  private requestLater(): void {
    this.clock.schedule(this.requestEveryMs, () => {
      this.request();
      this.requestLater();
    });
  }

  private request(): void {
    if (this.checker === null) return;
    const id = pickOf(this.checker.state, this.clock.nowMs(), this.random());
    for (const watcher of this.world.watchers) watcher.chose(id);
    if (id === null) return;
    const number = ++this.requestCount;
    this.requests.set(number, id);
    this.ask(id, { of: "request", number, life: this.startIndex, answer: null });
    this.clock.schedule(this.settings.timeoutMs, () => this.endRequest(number, "late"));
  }

  private endRequest(number: number, end: RequestEnd): void {
    const id = this.requests.get(number);
    if (id === undefined) return;
    this.requests.delete(number);
    for (const watcher of this.world.watchers) watcher.requested(id, end);
    this.checker?.tell({ kind: "report", id, ok: end === "ok" });
  }
}
