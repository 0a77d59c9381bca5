import { RaftbeatError } from "../../errors.js";
import type { Identity } from "../../runtime/ports.js";
import type { Listen } from "../../transport/websocket/listen.js";
import type { WebSocketTransportOptions } from "../../transport/websocket/options.js";
import {
  type WebSocketTransport,
  webSocketTransport,
} from "../../transport/websocket/websocket-transport.js";
import type { ElectorOptions } from "../api.js";
import type { Logger } from "../observers/logger.js";
import type { ResolvedOptions } from "../options/options.js";
import { watchNarrowRange } from "./narrow-range.js";

/**
 * WebSockets, listening where the options say or else where the node's own address points.
 * @param onRoundTrip called for each heartbeat whose round trip was measured
 * @throws RaftbeatError `invalidSettings`
 */
export function defaultTransport(
  options: ElectorOptions,
  { settings }: Pick<ResolvedOptions, "settings">,
  logger: Logger,
  onRoundTrip?: WebSocketTransportOptions["onRoundTrip"],
): (identity: Identity) => WebSocketTransport {
  const warn = (message: string): void => logger.warn({ cluster: options.cluster, id: options.id }, message);
  const noteRange = watchNarrowRange(settings, warn);
  return webSocketTransport({
    listen: options.listen ?? listenAt(options),
    token: options.token,
    tls: options.tls,
    electionTimeoutMinMs: settings.electionTimeout.minMs,
    onWarning: warn,
    onRefused: (refusal) =>
      logger.warn(refusal, `a connection with ${refusal.remote} was refused: ${refusal.detail}`),
    onRoundTrip(peer, ms) {
      noteRange(peer, ms);
      onRoundTrip?.(peer, ms);
      options.onRoundTrip?.(peer, ms);
    },
  });
}

/** A host that is a number is an interface of this machine; a name may lead anywhere, so every interface is listened at. */
function listenAt({ id, voters }: ElectorOptions): Listen {
  const address = voters[id];
  if (address === undefined)
    throw new RaftbeatError("invalidSettings", `listen is missing: ${id} joins, so say where it listens`);
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  const chosen = port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port);
  return /^[\d.]+$|:/.test(host) ? { host, port: chosen } : { port: chosen };
}
