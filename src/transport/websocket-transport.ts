import type { WebSocket } from "ws";
import { RaftbeatError } from "../errors.js";
import { idRule, isId } from "../protocol/index.js";
import type { Clock, Identity, Random, Schedule, Transport } from "../runtime/ports.js";
import { systemClock, systemRandom, systemSchedule } from "../runtime/system-ports.js";
import { checkTls, type TransportTls } from "./certificate.js";
import type { DialContext } from "./dial.js";
import { createDoor, type Door, type Listen } from "./door.js";
import { proofOf } from "./handshake.js";
import {
  type LinkTiming,
  resolveLimits,
  resolveLinkTiming,
  type Some,
  type TransportLimits,
} from "./limits.js";
import type { LinkRefusal, RefusalReason } from "./link-end.js";
import { createPeers, type PeerCounters, type Peers } from "./peers.js";
import { createRefusals, type Refusals } from "./refusals.js";

/** How a node is linked with others over WebSockets. Durations are milliseconds. */
export interface WebSocketTransportOptions extends Some<LinkTiming> {
  readonly listen: Listen;
  /** Shared by all members of the cluster: who does not know it is refused. Only its digest is sent; TLS keeps that secret, too. */
  readonly token?: string | undefined;
  readonly tls?: TransportTls | undefined;
  /** What `redialMaxMs`, `silenceMs` and `connectTimeoutMs` follow from. Default: the node's own, else that of the default preset. */
  readonly electionTimeoutMinMs?: number | undefined;
  readonly limits?: Some<TransportLimits> | undefined;
  /** Told of connections refused, by either side: each kind once a minute. */
  readonly onRefused?: ((refusal: LinkRefusal) => void) | undefined;
  readonly clock?: Pick<Clock, "nowMs" | "afterPoll"> | undefined;
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
}

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
  const limits = resolveLimits(options.limits);
  const { listen, token, tls = null, redialMaxMs, silenceMs, connectTimeoutMs } = options;
  const given = { redialMaxMs, silenceMs, connectTimeoutMs };
  checkListen(listen);
  if (token === "") throw new RaftbeatError("invalidSettings", "token is empty: leave it out or set one");
  if (tls !== null) checkTls(tls);
  const proof = token === undefined ? null : proofOf(token);
  resolveLinkTiming(given, options.electionTimeoutMinMs);

  return (identity) => {
    const { cluster, id, incarnation } = identity;
    for (const [name, value] of Object.entries({ cluster, id, incarnation }))
      if (!isId(value)) throw new RaftbeatError("invalidSettings", `${name} (${value}) must be ${idRule}`);
    const electionTimeoutMinMs = options.electionTimeoutMinMs ?? identity.electionTimeoutMinMs;
    const context: DialContext & { readonly random: Random } = {
      credentials: { identity: { cluster, id, incarnation }, proof },
      limits,
      timing: resolveLinkTiming(given, electionTimeoutMinMs),
      tls,
      clock: options.clock ?? systemClock(),
      schedule: options.schedule ?? systemSchedule,
      random: options.random ?? systemRandom,
      sockets: new Set(),
    };
    return assemble(listen, context, options.onRefused ?? (() => {}));
  };
}

function assemble(
  listen: Listen,
  context: DialContext & { readonly random: Random },
  onRefused: (refusal: LinkRefusal) => void,
): WebSocketTransport {
  const { clock, schedule, timing, sockets } = context;
  const refusals: Refusals = createRefusals(clock, onRefused);
  let wanted: Parameters<Transport["setPeers"]>[0] = [];
  let running: { readonly peers: Peers; readonly door: Door } | null = null;
  let state: "new" | "opening" | "open" | "stopped" = "new";
  let cancelPatrol = () => {};

  /** Looks after links and strangers, once what has arrived meanwhile was read: this process may itself have been away. */
  function patrol(): void {
    cancelPatrol = schedule(timing.silenceMs / 2, () =>
      clock.afterPoll(() => {
        if (state !== "open" || running === null) return;
        const nowMs = clock.nowMs();
        running.door.sweep(nowMs);
        running.peers.watch(nowMs);
        patrol();
      }),
    );
  }

  return {
    start(handlers, callback) {
      const peers = createPeers(context, handlers, refusals.note);
      const door = createDoor(listen, context.tls, context, peers.owner, refusals.note);
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
    port: () => (state === "open" ? (running?.door.port() ?? null) : null),
  };
}

/** Calls back once every socket is closed; each is broken by the WebSocket library if the other side does not close it. */
function onceClosed(sockets: ReadonlySet<WebSocket>, callback: () => void): void {
  const [socket] = sockets;
  if (socket === undefined) callback();
  else socket.once("close", () => onceClosed(sockets, callback));
}

function checkListen(listen: Listen): void {
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
