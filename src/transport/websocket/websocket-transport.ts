import type { WebSocket } from "ws";
import { RaftbeatError } from "../../errors.js";
import { idRule, isId, type NodeId } from "../../protocol/index.js";
import type { Clock, Identity, Random, Schedule, Transport } from "../../runtime/ports.js";
import { systemClock, systemRandom, systemSchedule } from "../../runtime/system-ports.js";
import type { TransportTls } from "../security/certificate.js";
import { notAfterMs, watchCertificate } from "../security/certificate-watch.js";
import { createSecrets, type Renewable, type Secrets, type TransportToken } from "../security/secrets.js";
import type { LinkRefusal, RefusalReason } from "../wire/close-reason.js";
import { createAdmission } from "./admission.js";
import type { DialContext } from "./dial.js";
import {
  type LinkTiming,
  resolveLimits,
  resolveLinkTiming,
  type Some,
  type TransportLimits,
} from "./limits.js";
import { createDoor, type Door, type DoorContext, type Listen } from "./listener.js";
import { createPeers, type PeerCounters, type Peers } from "./peers.js";
import { createRefusals, type Refusals } from "./refusal-log.js";
import { createTraffic } from "./token-bucket.js";

/** How a node is linked with others over WebSockets. Durations are milliseconds. */
export interface WebSocketTransportOptions extends Some<LinkTiming> {
  readonly listen: Listen;
  /**
   * Shared by all members of the cluster: who does not know it is refused. It is proved, never sent. Two are valid at a time while one takes
   * the place of the other; a function is asked at each connection.
   */
  readonly token?: Renewable<TransportToken> | undefined;
  /** A function is asked at each connection, so that certificates can be renewed. */
  readonly tls?: Renewable<TransportTls> | undefined;
  /** What `redialMaxMs`, `silenceMs` and `connectTimeoutMs` follow from. Default: the node's own, else that of the default preset. */
  readonly electionTimeoutMinMs?: number | undefined;
  readonly limits?: Some<TransportLimits> | undefined;
  /** Told of connections refused, by either side: each kind once a minute. */
  readonly onRefused?: ((refusal: LinkRefusal) => void) | undefined;
  /**
   * Called once for each heartbeat whose round trip was measured, with the milliseconds from its sending to its answer. At most one
   * heartbeat to a peer is measured at a time. It is called before the node gets the answer.
   */
  readonly onRoundTrip?: ((peer: NodeId, ms: number) => void) | undefined;
  /** Told of a certificate that expires soon, and of tokens and certificates that cannot be used after a change. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly clock?: Pick<Clock, "nowMs" | "wallMs" | "afterPoll"> | undefined;
  readonly schedule?: Schedule | undefined;
  readonly random?: Random | undefined;
}

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

/** Every option there is: the compiler sees to it that none is left out. */
const optionNames = {
  listen: true,
  token: true,
  tls: true,
  electionTimeoutMinMs: true,
  limits: true,
  onRefused: true,
  onRoundTrip: true,
  onWarning: true,
  clock: true,
  schedule: true,
  random: true,
  redialMaxMs: true,
  silenceMs: true,
  connectTimeoutMs: true,
} as const satisfies Record<keyof WebSocketTransportOptions, true>;

/**
 * Links nodes over WebSockets: one link per peer, whoever dialled, with whom it asks for.
 *
 * A link is judged by what arrives: after `silenceMs` without a frame it is asked for a sign of life (a WebSocket ping), after as long
 * again it is broken and dialled anew. Heartbeats and their replies keep a leader's links from ever being asked; links between
 * followers are asked about as often as `silenceMs` says.
 * Errors: `invalidSettings`, here and from the function returned; `transportFailed` when it starts.
 */
export function webSocketTransport(
  options: WebSocketTransportOptions,
): (identity: Identity) => WebSocketTransport {
  refuseUnknown(options, optionNames, "");
  const limits = resolveLimits(options.limits);
  const { listen, redialMaxMs, silenceMs, connectTimeoutMs, onWarning = () => {} } = options;
  const given = { redialMaxMs, silenceMs, connectTimeoutMs };
  checkListen(listen);
  createSecrets(options, null, () => {});
  resolveLinkTiming(given, options.electionTimeoutMinMs);

  return (identity) => {
    const { cluster, id, incarnation } = identity;
    for (const [name, value] of Object.entries({ cluster, id, incarnation }))
      if (!isId(value)) throw new RaftbeatError("invalidSettings", `${name} (${value}) must be ${idRule}`);
    const electionTimeoutMinMs = options.electionTimeoutMinMs ?? identity.electionTimeoutMinMs;
    const secrets = createSecrets(options, identity, onWarning);
    const clock = options.clock ?? systemClock();
    const context: Context = {
      credentials: { identity: { cluster, id, incarnation }, tokens: secrets.tokens },
      secrets,
      limits,
      timing: resolveLinkTiming(given, electionTimeoutMinMs),
      tls: secrets.tls,
      clock,
      unlisted: createTraffic(
        limits.maxUnlistedFramesPerSecond,
        limits.maxUnlistedBytesPerSecond,
        clock.nowMs(),
      ),
      admission: createAdmission(limits.maxConnectionsPerSecond, clock.nowMs()),
      schedule: options.schedule ?? systemSchedule,
      random: options.random ?? systemRandom,
      sockets: new Set(),
    };
    const { onRefused = () => {}, onRoundTrip = () => {} } = options;
    return assemble(listen, context, { onRefused, onRoundTrip, onWarning });
  };
}

/** What all parts of a transport share. */
interface Context extends DialContext, DoorContext {
  readonly random: Random;
  readonly secrets: Secrets;
  readonly clock: Pick<Clock, "nowMs" | "wallMs" | "afterPoll">;
}

/** What the owner of a transport hears of. */
type Listeners = {
  readonly [Name in "onRefused" | "onRoundTrip" | "onWarning"]: NonNullable<WebSocketTransportOptions[Name]>;
};

/** How often the own certificate is looked at, besides at each connection. */
const certificateLookMs = 10_000;

function assemble(
  listen: Listen,
  context: Context,
  { onRefused, onRoundTrip, onWarning }: Listeners,
): WebSocketTransport {
  const { clock, schedule, secrets, timing, sockets } = context;
  const lookAtCertificate = watchCertificate(onWarning);
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const refusals: Refusals = createRefusals(clock, onRefused);
  let wanted: Parameters<Transport["setPeers"]>[0] = [];
  let running: { readonly peers: Peers; readonly door: Door } | null = null;
  let state: "new" | "opening" | "open" | "stopped" = "new";
  let cancelPatrol = () => {};

  function renew(): void {
    secrets.tokens();
    lookAtCertificate(secrets.certificate(), clock.wallMs());
    running?.door.renew();
  }

  /** Looks after links and strangers, once what has arrived meanwhile was read: this process may itself have been away. */
  function patrol(): void {
    cancelPatrol = schedule(timing.silenceMs / 2, () =>
      clock.afterPoll(() => {
        if (state !== "open" || running === null) return;
        const nowMs = clock.nowMs();
        running.door.sweep(nowMs);
        running.peers.watch(nowMs);
        if (nowMs - lookedAtMs >= certificateLookMs) {
          lookedAtMs = nowMs;
          renew();
        }
        patrol();
      }),
    );
  }

  return {
    start(handlers, callback) {
      const peers = createPeers(context, handlers, refusals.note, onRoundTrip);
      const door = createDoor(listen, context, peers.owner, refusals.note);
      running = { peers, door };
      state = "opening";
      door.open((error) => {
        if (state === "opening" && error === null) {
          state = "open";
          peers.setPeers(wanted);
          patrol();
          callback(null);
          return;
        }
        // Stopped meanwhile, or there is no way in: then nothing is to stay open.
        state = "stopped";
        door.close(() => {});
        callback(error ?? new RaftbeatError("stopped", "the transport was stopped while it started"));
      });
    },
    setPeers(peers) {
      wanted = peers;
      if (state === "open") running?.peers.setPeers(peers);
    },
    send(to, message) {
      running?.peers.send(to, message);
    },
    stop(callback) {
      const closing = running;
      state = "stopped";
      cancelPatrol();
      if (closing === null) {
        clock.afterPoll(callback);
        return;
      }
      closing.peers.stop();
      closing.door.close(() => onceClosed(sockets, callback));
    },
    linkProblem: (peer) => running?.peers.counters().find(({ id }) => id === peer)?.lastProblem ?? null,
    peers: () => running?.peers.counters() ?? [],
    refusedCounts: refusals.counts,
    certificateNotAfterMs() {
      const certificate = secrets.certificate();
      return certificate === null ? null : notAfterMs(certificate);
    },
    renew,
    port: () => (state === "open" ? (running?.door.port() ?? null) : null),
  };
}

/** Calls back once every socket is closed; each is broken by the WebSocket library if the other side does not close it. */
function onceClosed(sockets: ReadonlySet<WebSocket>, callback: () => void): void {
  const [socket] = sockets;
  if (socket === undefined) callback();
  else socket.once("close", () => onceClosed(sockets, callback));
}

function refuseUnknown(given: object, names: Readonly<Record<string, true>>, place: string): void {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(names, name))
      throw new RaftbeatError(
        "invalidSettings",
        `${place}${name} is no option of a transport: there are ${Object.keys(names).join(", ")}`,
      );
}

function checkListen(listen: Listen): void {
  refuseUnknown(
    listen,
    "server" in listen ? { server: true, path: true } : { host: true, port: true, path: true },
    "listen.",
  );
  if (listen.path !== undefined && !/^\/[\x21-\x3e\x40-\x7e]*$/.test(listen.path))
    throw new RaftbeatError(
      "invalidSettings",
      `listen.path (${listen.path}) must begin with / and hold no ?`,
    );
  if ("server" in listen) return;
  const { port } = listen;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RaftbeatError(
      "invalidSettings",
      `listen.port (${port}) must be a whole number from 0 to 65535`,
    );
}
