import { RaftbeatError } from "../../errors.js";
import type { Identity, Transport } from "../../runtime/ports.js";
import type { Listen } from "../../transport/websocket/listener.js";
import { webSocketTransport } from "../../transport/websocket/websocket-transport.js";
import type { ElectorOptions } from "../api.js";
import type { Logger } from "../observers/logger.js";
import type { ResolvedOptions } from "../options/options.js";

/** WebSockets, listening where the options say or else where the node's own address points. Errors: `invalidSettings`. */
export function defaultTransport(
  options: ElectorOptions,
  resolved: ResolvedOptions,
  logger: Logger,
): (identity: Identity) => Transport {
  return webSocketTransport({
    listen: options.listen ?? listenAt(options),
    token: options.token,
    tls: options.tls,
    onRoundTrip: options.onRoundTrip,
    electionTimeoutMinMs: resolved.settings.electionTimeout.minMs,
    onWarning: (message) => logger.warn({ cluster: options.cluster, id: options.id }, message),
    onRefused: (refusal) => logger.warn(refusal, `a connection was refused: ${refusal.detail}`),
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
