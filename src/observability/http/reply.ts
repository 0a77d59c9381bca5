import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpRefusal } from "./guard.js";

/** The answer to a request. */
export interface Reply {
  readonly status: number;
  readonly body: string | object;
  readonly type?: string | undefined;
}

/**
 * Answers a request; `gone` aborts once nobody waits for the answer any more.
 * @throws HttpRefusal; of all others the client is told nothing
 */
export type Answer = (request: IncomingMessage, path: string, gone: AbortSignal) => Promise<Reply>;

/** What a client is told of an error: of a refusal all, of any other nothing. */
export function refusalReply(error: unknown): Reply {
  if (!(error instanceof HttpRefusal))
    return { status: 500, body: { error: { code: "internal", message: "the node could not answer" } } };
  return {
    status: error.status,
    body: { error: { code: error.code, message: error.message }, ...error.details },
  };
}

/** Sends an answer whole. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, type }: Reply,
): void {
  const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  // What is left of a body that was refused must not be taken for the next request.
  if (!request.complete) response.shouldKeepAlive = false;
  response.writeHead(status, {
    "content-type": type ?? (typeof body === "string" ? "text/plain; charset=utf-8" : "application/json"),
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : text);
}
