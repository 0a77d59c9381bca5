import { RaftbeatError } from "../../errors.js";
import type { NodeId } from "../../protocol/index.js";
import type { Clock, Random, Schedule } from "../../runtime/ports.js";
import type { LinkTiming, Some, TransportLimits } from "../limits/limits.js";
import type { TransportTls } from "../security/certificate.js";
import type { Renewable, TransportToken } from "../security/secrets.js";
import type { LinkRefusal } from "../wire/close-reason.js";
import type { Listen } from "./listen.js";

/** How a node is linked with others over WebSockets. Durations are milliseconds. */
export interface WebSocketTransportOptions extends Some<LinkTiming> {
  readonly listen: Listen;
  /**
   * The secret that all members of the cluster share: a node that does not know it is refused. It is proved, never sent. Two are valid at a time while one takes
   * the place of the other; a function is asked at each connection.
   */
  readonly token?: Renewable<TransportToken> | undefined;
  /** A function is asked at each connection, so that certificates can be renewed. */
  readonly tls?: Renewable<TransportTls> | undefined;
  /**
   * What `redialMaxMs`, `silenceMs` and `connectTimeoutMs` follow from.
   * @defaultValue the node's own, else that of the default preset
   */
  readonly electionTimeoutMinMs?: number | undefined;
  readonly limits?: Some<TransportLimits> | undefined;
  /** Told of connections refused, by either side: each kind once a minute. */
  readonly onRefused?: ((refusal: LinkRefusal) => void) | undefined;
  /**
   * Called once for each heartbeat whose round trip was measured, with the milliseconds from its sending to its answer. At most one
   * heartbeat to a peer is measured at a time. It is called after the node got the answer; of an error that it throws `onWarning` tells once.
   */
  readonly onRoundTrip?: ((peer: NodeId, ms: number) => void) | undefined;
  /** Told of a certificate that expires soon, and of tokens and certificates that cannot be used after a change. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly clock?: Pick<Clock, "nowMs" | "wallMs" | "afterPoll"> | undefined;
  readonly schedule?: Schedule | undefined;
  readonly random?: Random | undefined;
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

/** Refuses options that do not exist, and a place to listen that cannot be. @throws RaftbeatError `invalidSettings` */
export function checkOptions(options: WebSocketTransportOptions): void {
  refuseUnknown(options, optionNames, "");
  checkListen(options.listen);
}

function refuseUnknown(given: object, names: Readonly<Record<string, true>>, place: string): void {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(names, name))
      throw new RaftbeatError(
        "invalidSettings",
        `${place}${name} is no option of a transport: there are ${Object.keys(names).join(", ")}`,
      );
}

/** Refuses a place to listen that cannot be. @throws RaftbeatError `invalidSettings` */
export function checkListen(listen: Listen): void {
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
