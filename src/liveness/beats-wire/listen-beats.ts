import * as v from "valibot";
import { publish } from "../../elector/observers/diagnostics.js";
import { type Logger, safeLogger } from "../../elector/observers/logger.js";
import { stderrLogger } from "../../elector/observers/stderr-logger.js";
import { checkOptions, only, withMethods } from "../../elector/options/check-options.js";
import { systemClock, systemSchedule } from "../../runtime/system-ports.js";
import { type Admission, createAdmission } from "../../transport/limits/admission.js";
import { createRefusalLog } from "../../transport/limits/refusal-log.js";
import { certificateProblem } from "../../transport/security/certificate.js";
import { createSecrets } from "../../transport/security/secrets.js";
import type { Listen } from "../../transport/websocket/listen.js";
import { type Accepted, Listener } from "../../transport/websocket/listener.js";
import { checkListen } from "../../transport/websocket/options.js";
import type { LinkRefusal } from "../../transport/wire/close-reason.js";
import type { Monitor } from "../monitor-api.js";
import { BeatConnection } from "./beat-connection.js";
import { longestBeatFrameBytes } from "./beat-frames.js";
import type { BeatSenderIdentity } from "./beat-handshake.js";
import { resolveBeatLimits } from "./beat-limits.js";
import type { BeatListener, ListenBeatsOptions } from "./beats-api.js";
import { Senders } from "./senders.js";

const schema = only({
  token: v.optional(v.any()),
  tls: v.optional(v.any()),
  limits: v.optional(v.any()),
  logger: v.optional(withMethods("debug", "info", "warn", "error")),
});

/** The cluster that certificates of senders may name, as in `raftbeat://beats/worker-1`. */
const cluster = "beats";

/** So many hosts of senders are remembered. */
const keptHostCount = 256;

/** How often connections are looked at, at least. */
const longestLookMs = 1000;

/**
 * Takes beats for a monitor over WebSockets: at a port of its own, or at a path of an http server that others use too. Senders are made with `sendBeats`,
 * or run as `raftbeat beat`.
 * @param listen port 0 takes a free one; without a host it listens at all addresses
 * @throws RaftbeatError `invalidSettings`, `transportFailed` where it cannot listen
 * @example
 * const monitor = createMonitor({ intervalMs: 1000, pauseMs: 3000 });
 * const listener = await listenBeats(monitor, { host: "127.0.0.1", port: 7500 });
 */
export async function listenBeats(
  monitor: Monitor,
  listen: Listen,
  options: ListenBeatsOptions = {},
): Promise<BeatListener> {
  checkListen(listen);
  checkOptions(schema, options, "the options of listenBeats");
  const limits = resolveBeatLimits(options.limits);
  const clock = systemClock();
  const logger = safeLogger(options.logger ?? stderrLogger("beats", clock));
  const secrets = createSecrets(options, null, (message) => logger.warn({}, message));
  const refusals = createRefusalLog(clock, (refusal) => tellRefusal(logger, refusal));
  const senders = new Senders(monitor, limits.maxSenderCount);
  const admission = createAdmission(limits.maxConnectionsPerSecond, clock.nowMs());
  const noteHost = hostsOf(admission);
  const context = {
    clock,
    tls: secrets.tls,
    limits: { ...limits, maxFrameBytes: longestBeatFrameBytes },
    admission,
    refusals,
  };

  function welcome({ socket, stream, remote, tls, onUp }: Accepted): BeatConnection {
    return new BeatConnection(socket, remote, secrets.tokens, clock, {
      refuses(sender) {
        const distrust = certificateProblem(stream, { cluster, id: sender.id }, tls, "accepted");
        return distrust === null ? senders.refuses(sender) : { reason: "wrongCertificate", detail: distrust };
      },
      onUp(connection, sender) {
        onUp();
        noteHost(stream.remoteAddress ?? "");
        senders.add(connection, sender);
        tellConnected(logger, sender, remote);
      },
      onBeat: (sender, slot) => senders.beat(sender, slot),
      onGoodbye: (sender) => senders.goodbye(sender),
      onClosed(connection, close) {
        refusals.noteClose(close, connection.claimedId, remote);
        senders.closed(connection);
        if (connection.sender !== null)
          logger.debug({ id: connection.sender.id, remote, ...close }, "a sender's connection has ended");
      },
    });
  }

  const listener = new Listener(listen, context, welcome);
  await new Promise<void>((resolve, reject) =>
    listener.open((error) => (error === null ? resolve() : reject(error))),
  );
  let port = 0;
  const stopLooking = lookAfter(Math.min(longestLookMs, limits.handshakeTimeoutMs / 2), () => {
    const nowMs = clock.nowMs();
    listener.sweep(nowMs);
    for (const connection of senders.all()) connection.watch(nowMs);
  });
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      stopLooking();
      senders.end();
      listener.close(resolve);
    });
    return closing;
  };
  return {
    get port() {
      port = listener.port() ?? port;
      return port;
    },
    counts: () => ({ connected: senders.count, ...senders.counts, refused: refusals.counts() }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Notes the hosts of the newest senders: each has an allowance of its own, so that a crowd from elsewhere keeps no sender from coming back. */
function hostsOf(admission: Admission): (host: string) => void {
  const hosts = new Set<string>();
  return (host) => {
    hosts.delete(host);
    hosts.add(host);
    const [oldest] = hosts;
    if (hosts.size > keptHostCount && oldest !== undefined) {
      hosts.delete(oldest);
      admission.setPeers(hosts);
    }
    admission.onPeerAt(host, host, "accepted");
  };
}

/** Looks now and then, each time after everything that has arrived was read: this process may itself have been away. */
function lookAfter(lookMs: number, look: () => void): () => void {
  const clock = systemClock();
  let stopped = false;
  let cancel = (): void => {};
  const plan = (): void => {
    cancel = systemSchedule(lookMs, () =>
      clock.afterPoll(() => {
        if (stopped) return;
        look();
        plan();
      }),
    );
  };
  plan();
  return () => {
    stopped = true;
    cancel();
  };
}

function tellRefusal(logger: Logger, refusal: LinkRefusal): void {
  const { peer: id, ...rest } = refusal;
  publish("raftbeat:liveness:refused", { id }, rest);
  logger.warn({ id, ...rest }, "a connection for beats was refused");
}

function tellConnected(logger: Logger, { id, boot, intervalMs }: BeatSenderIdentity, remote: string): void {
  publish("raftbeat:liveness:connected", { id }, { boot, intervalMs, remote });
  logger.debug({ id, boot, intervalMs, remote }, "a sender has connected");
}
