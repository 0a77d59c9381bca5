import type { WebSocket } from "ws";
import type { NodeId } from "../protocol/index.js";
import type { Clock } from "../runtime/ports.js";
import { createAllowance } from "./allowance.js";
import { type Credentials, encodeHello, judgeHello } from "./handshake.js";
import type { TransportLimits } from "./limits.js";
import { type CloseReason, closeCodeOf, endOfCode, type LinkEnd, printable } from "./link-end.js";

/** What all links of a transport share. */
export interface LinkContext {
  readonly credentials: Credentials;
  readonly limits: TransportLimits;
  readonly clock: Pick<Clock, "nowMs" | "afterPoll">;
  /** Every WebSocket that is not yet closed. */
  readonly sockets: Set<WebSocket>;
}

/** How the WebSocket library is to treat a socket, on both sides. Messages read at once are handed over at once (its default). */
export function socketOptions({ maxFrameBytes }: TransportLimits) {
  return {
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    maxFragments: 16,
    maxBufferedChunks: 1024,
    closeTimeout: closeTimeoutMs,
  };
}

/** How long the other side may take to close what this side has closed. */
const closeTimeoutMs = 1000;

/** Who looks after a link. All are called from the event loop, never from inside a call to the link but `refuse`. */
export interface LinkOwner {
  /** Why there shall be no link with this node, or null. */
  refusesLink(
    id: NodeId,
    incarnation: string,
  ): { readonly reason: CloseReason; readonly detail: string } | null;
  /** Both sides know each other: frames may be sent. */
  onUp(link: Link): void;
  onFrame(link: Link, text: string): void;
  /** Comes once; no frame comes after it. */
  onEnd(link: Link, end: LinkEnd): void;
}

/** One open WebSocket to another node, from its opening to its end. */
export interface Link {
  /** Whether this node dialled. */
  readonly dialled: boolean;
  /** The address dialled, or host and port of who connected. */
  readonly remote: string;
  /** Who is at the other end; the peer dialled or null, and an empty incarnation, until the link is up. */
  readonly peer: NodeId | null;
  readonly incarnation: string;
  /** When it came up, on the transport's clock. */
  readonly upAtMs: number;
  /** When something was last received. */
  readonly receivedAtMs: number;
  /** The last round trip of a ping in milliseconds, or null. */
  readonly pingRoundTripMs: number | null;
  /** Sends a frame, if the link is open and has room; says whether. */
  send(text: string): boolean;
  /** Asks for a sign of life after `silenceMs` without one; ends the link after as long again, at the second look in vain. */
  watch(nowMs: number, silenceMs: number): void;
  /** Ends the link and tells both sides why. */
  refuse(reason: CloseReason, detail: string): void;
  /** Sends no more, but goes on receiving until the other side has closed as well. */
  retire(reason: CloseReason, detail: string): void;
}

/** A WebSocket that has just opened. */
export interface Opened {
  readonly socket: WebSocket;
  /** The address dialled, or host and port of who connected. */
  readonly remote: string;
  /** Whom this node dialled, or null if it was dialled. */
  readonly expected: NodeId | null;
  /** Why the other end's certificate is not one for `id`, or null. */
  distrusts(id: NodeId): string | null;
}

/** Takes care of a WebSocket that has just opened: says hello, judges the other's, then carries frames. */
export function createLink(opened: Opened, context: LinkContext, owner: LinkOwner): Link {
  const { socket, remote, expected } = opened;
  const { limits, clock, credentials } = context;
  const startedAtMs = clock.nowMs();
  const frames = createAllowance(limits.maxFramesPerSecond, startedAtMs);
  const bytes = createAllowance(limits.maxBytesPerSecond, startedAtMs);
  let state: "greeting" | "up" | "retired" | "ended" = "greeting";
  let pingedAtMs = Number.NEGATIVE_INFINITY;
  /** Looks in vain since that ping. */
  let lookCount = 0;

  const link = {
    dialled: expected !== null,
    remote,
    peer: expected,
    incarnation: "",
    upAtMs: Number.POSITIVE_INFINITY,
    receivedAtMs: startedAtMs,
    pingRoundTripMs: null as number | null,
    send(text: string): boolean {
      if (state !== "up" || socket.readyState !== socket.OPEN) return false;
      if (socket.bufferedAmount > limits.maxBufferedBytes) return false;
      socket.send(text);
      return true;
    },
    watch,
    refuse,
    retire(reason: CloseReason, detail: string): void {
      if (state === "ended") return;
      state = "retired";
      socket.close(closeCodeOf(reason), printable(detail));
    },
  };

  function watch(nowMs: number, silenceMs: number): void {
    if (state !== "up" || nowMs - link.receivedAtMs < silenceMs) return;
    if (pingedAtMs <= link.receivedAtMs) {
      if (socket.readyState !== socket.OPEN) return;
      pingedAtMs = nowMs;
      lookCount = 0;
      socket.ping();
      return;
    }
    // One late look shows nothing: it may be this process that was away, with the answer not yet read.
    lookCount++;
    if (lookCount < 2 || nowMs - pingedAtMs < silenceMs) return;
    // A close frame would wait for an answer that cannot come.
    socket.terminate();
    const silentMs = Math.round(nowMs - link.receivedAtMs);
    end({ reason: "silent", detail: `no sign of life for ${silentMs} ms`, by: "self" });
  }

  function refuse(reason: CloseReason, detail: string): void {
    if (state === "ended") return;
    socket.close(closeCodeOf(reason), printable(detail));
    end({ reason, detail, by: "self" });
  }

  function end(how: LinkEnd): void {
    if (state === "ended") return;
    state = "ended";
    owner.onEnd(link, how);
  }

  /** Counts what came; false where nothing more is to be done with it. */
  function accepts(size: number): boolean {
    const nowMs = clock.nowMs();
    const allowed = frames.take(1, nowMs) && bytes.take(size, nowMs);
    if (allowed && state !== "ended") {
      link.receivedAtMs = nowMs;
      return true;
    }
    if (!allowed) {
      refuse(
        "flood",
        `more than ${limits.maxFramesPerSecond} frames or ${limits.maxBytesPerSecond} bytes a second`,
      );
      // Whoever goes on sending is read no more; the WebSocket library breaks the connection soon.
      socket.pause();
    }
    return false;
  }

  /** Says who this node is, but to nobody whose certificate is not right. */
  function sayHello(to: NodeId): boolean {
    const problem = opened.distrusts(to);
    if (problem === null) socket.send(encodeHello(credentials, to));
    else refuse("wrongCertificate", problem);
    return problem === null;
  }

  function onHello(text: string): void {
    const verdict = judgeHello(text, credentials, expected);
    link.peer = verdict.id ?? link.peer;
    if (!verdict.ok) {
      refuse(verdict.reason, verdict.detail);
      return;
    }
    const refusal = owner.refusesLink(verdict.id, verdict.incarnation);
    if (refusal !== null) {
      refuse(refusal.reason, refusal.detail);
      return;
    }
    if (expected === null && !sayHello(verdict.id)) return;
    link.incarnation = verdict.incarnation;
    link.upAtMs = clock.nowMs();
    state = "up";
    owner.onUp(link);
  }

  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!accepts(data.length)) return;
    if (isBinary) refuse("badFrame", "expected text");
    else if (state === "greeting") onHello(data.toString());
    else owner.onFrame(link, data.toString());
  });
  socket.on("ping", () => accepts(0));
  socket.on("pong", () => {
    if (!accepts(0) || !(pingedAtMs > Number.NEGATIVE_INFINITY)) return;
    link.pingRoundTripMs = link.receivedAtMs - pingedAtMs;
    pingedAtMs = Number.NEGATIVE_INFINITY;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    // Malformed below the level of frames: the WebSocket library has closed with a code of its own.
    if (error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH")
      end({
        reason: "frameTooLarge",
        detail: `a frame of more than ${limits.maxFrameBytes} bytes`,
        by: "self",
      });
    else if (error.code?.startsWith("WS_ERR_") === true)
      end({ reason: "badFrame", detail: printable(error.message), by: "self" });
    else end({ reason: "lost", detail: printable(error.code ?? error.message), by: "peer" });
  });
  context.sockets.add(socket);
  socket.on("close", (code: number, text: Buffer) => {
    context.sockets.delete(socket);
    end(endOfCode(code, text.toString()));
  });
  if (expected !== null) sayHello(expected);
  return link;
}
