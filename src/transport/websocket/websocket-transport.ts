import type { WebSocket } from "ws";
import { RaftbeatError } from "../../errors.js";
import { idRule, isId, type NodeId } from "../../protocol/index.js";
import type { Clock, Identity, Transport } from "../../runtime/ports.js";
import { systemClock, systemRandom, systemSchedule } from "../../runtime/system-ports.js";
import { createAdmission } from "../limits/admission.js";
import { type LinkTiming, resolveLimits, resolveLinkTiming, type Some } from "../limits/limits.js";
import { createRefusalLog } from "../limits/refusal-log.js";
import { createTrafficLimit } from "../limits/traffic-limit.js";
import { notAfterMs, watchCertificate } from "../security/certificate-watch.js";
import { createSecrets, type Secrets } from "../security/secrets.js";
import type { RefusalReason } from "../wire/close-reason.js";
import { acceptLink } from "./accept-link.js";
import { Listener, type ListenerContext } from "./listener.js";
import { checkOptions, type WebSocketTransportOptions } from "./options.js";
import type { PeerCounters } from "./peer-counters.js";
import { createPeers, type Peers, type PeersContext } from "./peers.js";

/** A transport over WebSockets, with a look at its links. */
export interface WebSocketTransport extends Transport {
  /** What went over the links with each peer, sorted by id. */
  peers(): PeerCounters[];
  /** How often connections were refused, by either side, for each reason. */
  refusedCounts(): Readonly<Partial<Record<RefusalReason, number>>>;
  /** The port listened at; null before and after. */
  port(): number | null;
  /** When the certificate that this node shows expires, in milliseconds of the wall clock; null if there is none, or none as PEM. */
  certificateNotAfterMs(): number | null;
  /** Asks for tokens and certificates at once, not only at the next connection. */
  renew(): void;
}

/**
 * Links nodes over WebSockets: one link per peer, whichever side dialled, with the peers it was given and with nodes that dial it.
 *
 * A link is judged by what arrives: after `silenceMs` without a frame it is asked for a sign of life (a WebSocket ping), after as long
 * again it is broken and dialled anew. Heartbeats and their replies keep a leader's links from ever being asked; links between
 * followers are asked about as often as `silenceMs` says.
 * @throws RaftbeatError `invalidSettings`, here and from the function returned; `start` of the transport calls back with
 *   `transportFailed` where it cannot listen
 * @example
 * const elector = await createElector({
 *   ...options,
 *   transport: webSocketTransport({ listen: { port: 7400 }, limits: { maxFrameBytes: 32_768 } }),
 * });
 */
export function webSocketTransport(
  options: WebSocketTransportOptions,
): (identity: Identity) => WebSocketTransport {
  checkOptions(options);
  resolveLimits(options.limits);
  createSecrets(options, null, () => {});
  resolveLinkTiming(timingOf(options), options.electionTimeoutMinMs);

  return (identity) => {
    for (const name of ["cluster", "id", "incarnation"] as const)
      if (!isId(identity[name]))
        throw new RaftbeatError("invalidSettings", `${name} (${identity[name]}) must be ${idRule}`);
    const context = contextOf(options, identity);
    const peers = createPeers(context);
    const listener = new Listener(options.listen, context, (accepted) =>
      acceptLink(accepted, context, peers.owner),
    );
    return assemble(context, peers, listener);
  };
}

/** Tells of round trips; a listener that throws is reported once, and costs no heartbeat. */
function roundTripTeller(
  tell: WebSocketTransportOptions["onRoundTrip"],
  onWarning: (message: string) => void,
): (peer: NodeId, ms: number) => void {
  let isReported = false;
  return (peer, ms) => {
    try {
      tell?.(peer, ms);
    } catch (error) {
      if (!isReported) onWarning(`onRoundTrip threw: ${String(error)}`);
      isReported = true;
    }
  };
}

/** What the parts of a transport share. */
interface Context extends Omit<ListenerContext, "limits">, PeersContext {
  readonly secrets: Secrets;
  readonly clock: Pick<Clock, "nowMs" | "wallMs" | "afterPoll">;
  onWarning(message: string): void;
}

function contextOf(options: WebSocketTransportOptions, identity: Identity): Context {
  const { cluster, id, incarnation } = identity;
  const { onWarning = () => {}, onRefused = () => {} } = options;
  const clock = options.clock ?? systemClock();
  const nowMs = clock.nowMs();
  const limits = resolveLimits(options.limits);
  const secrets = createSecrets(options, identity, onWarning);
  return {
    credentials: { identity: { cluster, id, incarnation }, tokens: secrets.tokens },
    secrets,
    limits,
    timing: resolveLinkTiming(
      timingOf(options),
      options.electionTimeoutMinMs ?? identity.electionTimeoutMinMs,
    ),
    tls: secrets.tls,
    clock,
    unlisted: createTrafficLimit(limits.maxUnlistedFramesPerSecond, limits.maxUnlistedBytesPerSecond, nowMs),
    admission: createAdmission(limits.maxConnectionsPerSecond, nowMs),
    refusals: createRefusalLog(clock, onRefused),
    schedule: options.schedule ?? systemSchedule,
    random: options.random ?? systemRandom,
    sockets: new Set(),
    onWarning,
    onRoundTrip: roundTripTeller(options.onRoundTrip, onWarning),
  };
}

function timingOf({ redialMaxMs, silenceMs, connectTimeoutMs }: WebSocketTransportOptions): Some<LinkTiming> {
  return { redialMaxMs, silenceMs, connectTimeoutMs };
}

function assemble(context: Context, peers: Peers, listener: Listener): WebSocketTransport {
  const { clock, secrets, sockets, refusals } = context;
  const patrol = createPatrol(context, peers, listener);
  let wanted: Parameters<Transport["setPeers"]>[0] = [];
  let state: "new" | "opening" | "open" | "stopped" = "new";

  return {
    start(handlers, callback) {
      peers.start(handlers);
      state = "opening";
      listener.open((error) => {
        if (state === "opening" && error === null) {
          state = "open";
          peers.setPeers(wanted);
          patrol.start();
          callback(null);
          return;
        }
        // Stopped meanwhile, or there is no way in: then nothing is to stay open.
        state = "stopped";
        listener.close(() => {});
        callback(error ?? new RaftbeatError("stopped", "the transport was stopped while it started"));
      });
    },
    setPeers(members) {
      wanted = members;
      if (state === "open") peers.setPeers(members);
    },
    send: peers.send,
    stop(callback) {
      const wasStarted = state !== "new";
      state = "stopped";
      patrol.stop();
      if (!wasStarted) {
        clock.afterPoll(callback);
        return;
      }
      peers.stop();
      listener.close(() => onceClosed(sockets, callback));
    },
    linkProblem: (peer) => peers.counters().find(({ id }) => id === peer)?.lastProblem ?? null,
    peers: peers.counters,
    refusedCounts: refusals.counts,
    certificateNotAfterMs() {
      const certificate = secrets.certificate();
      return certificate === null ? null : notAfterMs(certificate);
    },
    renew: patrol.renew,
    port: () => (state === "open" ? listener.port() : null),
  };
}

/** How often the own certificate is looked at, besides at each connection. */
const certificateLookMs = 10_000;

/** Looks after links, pending connections and the own certificate, now and then. */
function createPatrol(context: Context, peers: Peers, listener: Listener) {
  const { clock, schedule, secrets, timing, onWarning } = context;
  const lookAtCertificate = watchCertificate(onWarning);
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;

  function renew(): void {
    secrets.tokens();
    lookAtCertificate(secrets.certificate(), clock.wallMs());
    listener.renew();
  }

  function look(): void {
    const nowMs = clock.nowMs();
    listener.sweep(nowMs);
    peers.watch(nowMs);
    if (nowMs - lookedAtMs < certificateLookMs) return;
    lookedAtMs = nowMs;
    renew();
  }

  function start(): void {
    // What has arrived meanwhile is read first: this process may itself have been away.
    cancel = schedule(timing.silenceMs / 2, () =>
      clock.afterPoll(() => {
        if (cancel === null) return;
        look();
        if (cancel !== null) start();
      }),
    );
  }

  function stop(): void {
    cancel?.();
    cancel = null;
  }

  return { renew, start, stop };
}

/** Calls back once every socket is closed; each is broken by the WebSocket library if the other side does not close it. */
function onceClosed(sockets: ReadonlySet<WebSocket>, callback: () => void): void {
  const [socket] = sockets;
  if (socket === undefined) callback();
  else socket.once("close", () => onceClosed(sockets, callback));
}
