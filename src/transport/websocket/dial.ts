import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ClientOptions, WebSocket } from "ws";
import type { NodeId } from "../../protocol/index.js";
import type { Schedule } from "../../runtime/ports.js";
import { certificateProblem, dialOptions, isMutual, type TransportTls } from "../security/certificate.js";
import { type LinkEnd, printable } from "../wire/close-reason.js";
import type { Admission } from "./admission.js";
import type { LinkTiming } from "./limits.js";
import { createLink, type Link, type LinkContext, type LinkOwner, socketOptions } from "./link.js";

/** What a dial needs besides what links share. */
export interface DialContext extends LinkContext {
  /** The TLS options of the moment. */
  readonly tls: () => TransportTls | null;
  readonly timing: LinkTiming;
  readonly admission: Admission;
  readonly schedule: Schedule;
}

/** An attempt to reach a peer: it ends in a link that is up, or fails. */
export interface Dial {
  /** Gives up; nothing is told any more. */
  abandon(): void;
  /** Gives up unless the other side may take the link for up already and send over it; says whether it gave up. */
  giveWay(): boolean;
}

/** Dials a peer. `owner` hears of the link once it is up, `onFailed` of anything that happens before; never both. */
export function dial(
  peer: NodeId,
  address: string,
  context: DialContext,
  owner: LinkOwner,
  onFailed: (end: LinkEnd) => void,
): Dial {
  const { timing, limits, schedule } = context;
  const tls = context.tls();
  let over = false;
  let stream: Duplex | null = null;
  let socket: WebSocket | null = null;
  let link: Link | null = null;
  let cancelConnect = schedule(timing.connectTimeoutMs, () =>
    fail({ reason: "lost", detail: `no connection within ${timing.connectTimeoutMs} ms`, by: "self" }),
  );
  const cancelHandshake = schedule(limits.handshakeTimeoutMs, () => {
    const detail = `no answer within ${limits.handshakeTimeoutMs} ms`;
    if (link === null) fail({ reason: "lost", detail, by: "self" });
    else link.refuse("handshakeTimeout", detail);
  });

  function finish(): void {
    over = true;
    cancelConnect();
    cancelHandshake();
  }

  function fail(end: LinkEnd): void {
    if (over) return;
    finish();
    // An open link has been closed, so that the other side hears why.
    if (socket?.readyState === WebSocket.CONNECTING) socket.terminate();
    onFailed(end);
  }

  function connect(): void {
    if (tls !== null && !address.startsWith("wss:"))
      throw new Error("tls is set, but the address is not wss://");
    const options = {
      ...dialOptions(tls),
      ...socketOptions(limits),
      autoSelectFamilyAttemptTimeout: Math.max(10, timing.connectTimeoutMs / 2),
      finishRequest: (request: ClientRequest) => {
        request.once("socket", (opened: Duplex) => {
          stream = opened;
          opened.once("connect", () => {
            cancelConnect();
            const host = (opened as Socket).remoteAddress;
            if (host !== undefined) context.admission.onPeerAt(peer, host, "dialled");
          });
        });
        request.end();
      },
    };
    // The types of the WebSocket library know less than Node takes, and one of them otherwise.
    socket = new WebSocket(address, options as object as ClientOptions);
    socket.on("unexpected-response", (_request: ClientRequest, response: IncomingMessage) =>
      fail(endOfStatus(response)),
    );
    socket.on("error", (error: Error) => fail(endOfError(error, address)));
    socket.on("open", onOpen);
  }

  function onOpen(): void {
    if (over || socket === null) return;
    const { cluster } = context.credentials.identity;
    const distrusts = (id: NodeId) => certificateProblem(stream, { cluster, id }, tls, "dialled");
    const opened = { socket, remote: address, expected: peer, distrusts, isMutual: isMutual(tls) };
    link = createLink(opened, context, {
      ...owner,
      onUp(up) {
        finish();
        owner.onUp(up);
      },
      onEnd(ended, end) {
        if (over) owner.onEnd(ended, end);
        else fail(end);
      },
    });
  }

  try {
    connect();
  } catch (error) {
    // No call back from inside the call that asked.
    cancelConnect();
    const end: LinkEnd = { reason: "tlsFailed", detail: printable((error as Error).message), by: "self" };
    cancelConnect = schedule(0, () => fail(end));
  }
  function abandon(): void {
    if (over) return;
    finish();
    socket?.terminate();
  }

  return {
    abandon,
    giveWay() {
      if (link !== null) return false;
      abandon();
      return true;
    },
  };
}

/** What an answer means that is no WebSocket. */
function endOfStatus({ statusCode, statusMessage }: IncomingMessage): LinkEnd {
  const reasons = { 403: "browser", 404: "wrongPath", 503: "tooManyStrangers" } as const;
  const reason = reasons[statusCode as keyof typeof reasons] ?? "badRequest";
  return {
    reason,
    detail: printable(`answered HTTP ${statusCode} ${statusMessage} to a WebSocket`),
    by: "peer",
  };
}

function endOfError(error: NodeJS.ErrnoException & { reason?: string }, address: string): LinkEnd {
  const code = error.code ?? "";
  const isTls = /^(?:EPROTO|ERR_SSL|ERR_TLS)/.test(code);
  // A server that expects TLS hangs up on anything else without a word, and the other way round.
  if (isTls || code === "ECONNRESET") {
    const other = address.startsWith("ws:") ? "wss://" : "ws://";
    const what = isTls ? `TLS failed (${error.reason ?? code})` : "it hung up before it answered";
    return { reason: "tlsFailed", detail: printable(`${what}: perhaps it expects ${other}`), by: "peer" };
  }
  return { reason: "lost", detail: printable(code || error.message), by: "peer" };
}
