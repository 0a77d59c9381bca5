import * as v from "valibot";
import { publish } from "../../elector/observers/diagnostics.js";
import { type Logger, safeLogger } from "../../elector/observers/logger.js";
import { stderrLogger } from "../../elector/observers/stderr-logger.js";
import { createWatch } from "../../elector/observers/watch.js";
import {
  address as addressSchema,
  checkOptions,
  id as idSchema,
  only,
  withMethods,
} from "../../elector/options/check-options.js";
import { RaftbeatError } from "../../errors.js";
import { systemClock, systemRandom, systemSchedule } from "../../runtime/system-ports.js";
import { createSecrets, type Secrets } from "../../transport/security/secrets.js";
import type { LinkClose } from "../../transport/wire/close-reason.js";
import { createPulse } from "../create-pulse.js";
import { interval } from "../detection/detector-settings.js";
import type { Beat, LivenessPorts } from "../monitor-api.js";
import { beatText } from "./beat-frames.js";
import { BeatLink } from "./beat-link.js";
import type { BeatSender, BeatSenderStatus, SendBeatsOptions } from "./beats-api.js";

const schema = only({
  id: idSchema,
  intervalMs: interval,
  zone: v.optional(idSchema),
  token: v.optional(v.any()),
  tls: v.optional(v.any()),
  logger: v.optional(withMethods("debug", "info", "warn", "error")),
});

/** The first dial after one that failed comes after up to so long; each further one after up to twice as long, up to the longest wait. */
const firstRedialMs = 100;
const longestRedialMs = 5000;

/** A goodbye takes so long at most. */
const longestGoodbyeMs = 1000;

/** A path is asked for a sign of life after an interval, but neither more often nor less often than this. */
const silenceMs = { least: 1000, most: 15_000 };

/**
 * Beats to the observer at an address, made with `listenBeats` or run as `raftbeat watch`. It dials for ever: beats that find no connection are dropped and
 * counted, and the present one goes as soon as there is a connection. Keeps the process alive until it is stopped.
 * @param address `ws://` or `wss://`, host, port, and the path if there is one
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const sender = sendBeats("ws://127.0.0.1:7500", { id: "worker-1", intervalMs: 1000 });
 * process.once("SIGTERM", () => sender.stop()); // says goodbye: the observer tells `left`
 */
export function sendBeats(address: string, options: SendBeatsOptions): BeatSender {
  checkOptions(addressSchema, address, "the address to beat to");
  checkOptions(schema, options, "the options of sendBeats");
  if (options.tls !== undefined && !address.startsWith("wss:"))
    throw new RaftbeatError("invalidSettings", `tls is given, but the address (${address}) is not wss://`);
  const ports = { clock: systemClock(), random: systemRandom };
  const logger = options.logger ?? stderrLogger(`beats/${options.id}`, ports.clock);
  const secrets = createSecrets(options, null, (message) => logger.warn({}, message));
  return new Sending(address, { ...options, logger: safeLogger(logger) }, secrets, ports);
}

type Options = SendBeatsOptions & { readonly logger: Logger };

/** A sender at work. */
class Sending implements BeatSender {
  readonly id: string;
  readonly boot: string;
  private readonly address: string;
  private readonly options: Options;
  private readonly secrets: Secrets;
  private readonly ports: LivenessPorts;
  private readonly pulse: ReturnType<typeof createPulse>;
  private readonly watch = createWatch(() => this.status());
  private link: BeatLink | null = null;
  private connected = false;
  private failure: LinkClose | null = null;
  private readonly counts = { sent: 0, dropped: 0, connections: 0 };
  /** Whether the newest beat has found no way; it is never kept for later. */
  private unsent = false;
  /** Dials since the last connection that held. */
  private attemptCount = 0;
  private upAtMs = 0;
  private cancelTimer = (): void => {};
  /** What is to happen at the end, once it is to end: with a goodbye or without. */
  private ending: { readonly goodbye: boolean; done(taken: boolean): void } | null = null;
  private stopped: Promise<boolean> | null = null;

  constructor(address: string, options: Options, secrets: Secrets, ports: LivenessPorts) {
    this.address = address;
    this.options = options;
    this.secrets = secrets;
    this.ports = ports;
    const { id, intervalMs, logger } = options;
    this.pulse = createPulse({ id, intervalMs, logger, send: (beat) => this.send(beat) }, ports);
    this.id = id;
    this.boot = this.pulse.boot;
    this.dial();
  }

  status(): BeatSenderStatus {
    const { connected, failure, counts } = this;
    return Object.freeze({
      connected,
      reason: connected ? null : (failure?.reason ?? null),
      detail: connected ? null : (failure?.detail ?? null),
      ...counts,
    });
  }

  changes({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<BeatSenderStatus> {
    return this.watch.values(signal);
  }

  stop({ goodbye = true }: { readonly goodbye?: boolean | undefined } = {}): Promise<boolean> {
    this.stopped ??= new Promise((resolve) => {
      const cancel = systemSchedule(longestGoodbyeMs, () => this.link?.terminate());
      const done = (taken: boolean): void => {
        cancel();
        this.cancelTimer();
        this.pulse.stop();
        this.watch.end();
        resolve(taken);
      };
      this.ending = { goodbye, done };
      if (this.link === null) done(false);
      else if (this.connected) this.link.end(goodbye);
      // Else it is being made: the observer shall have heard of this sender.
    });
    return this.stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private send({ slot, leaving }: Beat): void {
    if (leaving) return;
    if (this.unsent) this.counts.dropped++;
    this.unsent = this.link?.send(beatText(slot)) !== true;
    if (!this.unsent) this.counts.sent++;
  }

  private dial(): void {
    const { address, options, secrets, ports } = this;
    const { id, intervalMs, zone = "" } = options;
    const identity = { id, boot: this.boot, intervalMs, zone };
    const world = { clock: ports.clock, schedule: systemSchedule };
    this.attemptCount++;
    try {
      this.link = new BeatLink(address, identity, secrets.tokens(), secrets.tls(), world, {
        onUp: () => this.onUp(),
        onClosed: (close) => this.onClosed(close),
      });
    } catch (error) {
      this.onClosed({ reason: "tlsFailed", detail: (error as Error).message, by: "self" });
    }
  }

  private onUp(): void {
    this.connected = true;
    this.counts.connections++;
    this.upAtMs = this.ports.clock.nowMs();
    this.options.logger.info({ address: this.address }, "beats are taken");
    publish("raftbeat:liveness:linkUp", { id: this.id }, { address: this.address });
    this.unsent = false;
    this.pulse.beatNow();
    if (this.ending !== null) this.link?.end(this.ending.goodbye);
    else this.look();
    this.watch.notify();
  }

  /** Sees to it that a path which is dead without a word is found so. */
  private look(): void {
    const lookMs = Math.min(Math.max(this.options.intervalMs, silenceMs.least), silenceMs.most);
    this.cancelTimer = systemSchedule(lookMs / 4, () => {
      this.link?.watch(this.ports.clock.nowMs(), lookMs);
      if (this.connected && this.ending === null) this.look();
    });
  }

  private onClosed(close: LinkClose): void {
    const { address, options, ports, ending } = this;
    const { clock, random } = ports;
    if (this.connected && clock.nowMs() - this.upAtMs >= longestRedialMs) this.attemptCount = 0;
    this.cancelTimer();
    this.link = null;
    this.connected = false;
    this.failure = close;
    if (ending !== null) {
      ending.done(ending.goodbye && close.by === "peer" && close.reason === "closed");
      return;
    }
    const { reason, detail, by } = close;
    options.logger.warn({ address, reason, by }, `beats are not taken: ${reason}: ${detail}`);
    publish("raftbeat:liveness:linkDown", { id: this.id }, { address, reason, detail, by });
    const waitMs = Math.min(longestRedialMs, firstRedialMs * 2 ** Math.min(this.attemptCount - 1, 16));
    this.cancelTimer = systemSchedule(waitMs * (0.5 + random() / 2), () => this.dial());
    this.watch.notify();
  }
}
