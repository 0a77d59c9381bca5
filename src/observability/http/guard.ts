import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { ErrorCode } from "../../errors.js";
import type { HttpErrorCode } from "./http-errors.js";

/** Why a request is not served: an HTTP status, a stable code and one sentence. */
export class HttpRefusal extends Error {
  override readonly name = "HttpRefusal";
  readonly status: number;
  readonly code: HttpErrorCode | ErrorCode;
  /** What else the asker may want to know, such as who leads. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: HttpErrorCode | ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** A change is a few names and an address. */
const largestBodyBytes = 4096;

/**
 * Pages in browsers must not steer a node, nor read it through one that can reach it. A page whose name was made to lead to this
 * machine (DNS rebinding) asks without an Origin, but under that name: over loopback only names of loopback are answered.
 * @throws HttpRefusal
 */
export function refuseBrowsers(request: IncomingMessage): void {
  const host = request.headers.host ?? "localhost";
  if (isLoopback(request.socket.localAddress) && !isOwnName(host))
    throw new HttpRefusal(
      403,
      "wrongHost",
      "over loopback a node answers under an address or as localhost, not under other names",
    );
  if (request.headers.origin !== undefined)
    throw new HttpRefusal(403, "browser", "requests with an Origin are refused: no web page may ask");
}

/** Who may ask a node for changes. */
export interface ChangeRights {
  /** The tokens that are valid at this moment; none for a node without one. */
  tokens(): readonly string[];
  /** Without a token: whether this very machine may. */
  readonly allowsLocal: boolean;
}

/**
 * Lets a change through from a client that knows the token. Where none is set, nobody may ask for changes unless the settings allow it by
 * name, and then only from this very machine: a proxy on the machine (HAProxy, `kubectl port-forward`, `ssh -L`) makes every stranger
 * local, and need not say so.
 * @throws HttpRefusal
 */
export function authorize(request: IncomingMessage, rights: ChangeRights): void {
  const tokens = rights.tokens();
  if (tokens.length === 0) {
    if (!rights.allowsLocal)
      throw new HttpRefusal(
        403,
        "noToken",
        "this node has no token, so nobody may ask it for changes: give it one (--token-file), or start it with --http-allow-changes",
      );
    if (!isLoopback(request.socket.remoteAddress) || isForwarded(request))
      throw new HttpRefusal(
        403,
        "noToken",
        "this node has no token and takes changes from its own machine only: give it one (--token-file)",
      );
    return;
  }
  const [, given] = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (given === undefined)
    throw new HttpRefusal(401, "tokenMissing", "changes need the header Authorization: Bearer and the token");
  // Each is compared, so that the time tells nothing.
  if (tokens.filter((token) => sameSecret(given, token)).length === 0)
    throw new HttpRefusal(401, "tokenWrong", "the token is wrong");
}

/** How long the client waits for the answer (RFC 7240: `Prefer: wait=5`), or null where it does not say. */
export function requestTimeoutMs({ headers }: IncomingMessage): number | null {
  const [, seconds] = /(?:^|[,; ])wait=(\d{1,6})\b/.exec(String(headers["prefer"] ?? "")) ?? [];
  return seconds === undefined ? null : 1000 * Math.max(1, Number(seconds));
}

/**
 * The JSON of a request's body.
 * @throws HttpRefusal
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  // A parser of bodies that stands before this handler leaves nothing to read, and nothing is a request for all defaults.
  if (request.readableDidRead)
    throw new HttpRefusal(
      400,
      "badBody",
      "the body was read already: mount this handler before the parser of bodies",
    );
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBodyBytes)
      throw new HttpRefusal(413, "tooLarge", `the body must have at most ${largestBodyBytes} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new HttpRefusal(400, "badBody", "the body is no JSON");
  }
}

/** Compares without telling by its duration how much was right; both are hashed so that lengths do not tell either. */
function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === "::1" || /^(::ffff:)?127\./.test(address));
}

/** An address, or a name that no DNS server outside is asked for. */
function isOwnName(host: string): boolean {
  return /^(\[[0-9a-f:.]+\]|[\d.]+|([\w-]+\.)*localhost)\.?(:\d+)?$/i.test(host);
}

function isForwarded(request: IncomingMessage): boolean {
  return ["forwarded", "x-forwarded-for", "via"].some((name) => request.headers[name] !== undefined);
}
