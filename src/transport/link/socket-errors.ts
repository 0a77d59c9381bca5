import type { IncomingMessage } from "node:http";
import { asciiText, type LinkClose } from "../wire/close-reason.js";

/** What errors of sockets, of TLS and of the WebSocket library mean. */

type SocketError = NodeJS.ErrnoException & { readonly reason?: string | undefined };

/** True iff this is the code of a failure of TLS. */
export function isTlsError(code: string): boolean {
  return /^(?:EPROTO|ERR_SSL|ERR_TLS)/.test(code);
}

/** What the error of an open WebSocket means. Where something is malformed below the level of frames, the library has closed by itself. */
export function closeOfLinkError({ code, message }: SocketError, maxFrameBytes: number): LinkClose {
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH")
    return { reason: "frameTooLarge", detail: `a frame of more than ${maxFrameBytes} bytes`, by: "self" };
  if (code?.startsWith("WS_ERR_") === true)
    return { reason: "badFrame", detail: asciiText(message), by: "self" };
  return { reason: "lost", detail: asciiText(code ?? message), by: "peer" };
}

/** What an error means that comes before the WebSocket is open. */
export function closeOfDialError(error: SocketError, address: string): LinkClose {
  const code = error.code ?? "";
  const isTls = isTlsError(code);
  // A server that expects TLS hangs up on anything else without a word, and the other way round.
  if (isTls || code === "ECONNRESET") {
    const other = address.startsWith("ws:") ? "wss://" : "ws://";
    const what = isTls ? `TLS failed (${error.reason ?? code})` : "it hung up before it answered";
    return { reason: "tlsFailed", detail: asciiText(`${what}: perhaps it expects ${other}`), by: "peer" };
  }
  return { reason: "lost", detail: asciiText(code || error.message), by: "peer" };
}

/** What an answer means that is no WebSocket. */
export function closeOfStatus({ statusCode, statusMessage }: IncomingMessage): LinkClose {
  const reasons = { 403: "browser", 404: "wrongPath", 503: "tooManyConnections" } as const;
  const reason = reasons[statusCode as keyof typeof reasons] ?? "badRequest";
  return {
    reason,
    detail: asciiText(`answered HTTP ${statusCode} ${statusMessage} to a WebSocket`),
    by: "peer",
  };
}
