import type { WebSocket } from "ws";

/**
 * Finds out that a link is dead though it looks open. It has two steps: a link over which nothing came for `silenceMs` is asked for a
 * sign of life, and without one for as long again it is dead.
 */
export interface Silence {
  /**
   * Says what to do about the link: nothing, ask for a sign of life (then call `onAsked`), or give it up.
   * @param receivedAtMs when something was last received; `nowMs` is a time at which all that has arrived was read
   */
  look(receivedAtMs: number, nowMs: number, silenceMs: number): "wait" | "ask" | "giveUp";
  onAsked(nowMs: number): void;
  /** Returns the milliseconds since the question that this is the answer to, or null where nothing was asked. */
  onAnswer(receivedAtMs: number): number | null;
}

/** What is needed of a WebSocket to watch its silence. */
type WatchedSocket = Pick<WebSocket, "readyState" | "OPEN" | "ping" | "terminate">;

/**
 * Looks at the silence of an open WebSocket: asks by a ping, and breaks the connection where that was in vain. A close frame would wait for an answer that
 * cannot come.
 * @returns why it was broken; null where it was not
 */
export function watchSilence(
  silence: Silence,
  socket: WatchedSocket,
  { receivedAtMs, nowMs, silenceMs }: Readonly<Record<"receivedAtMs" | "nowMs" | "silenceMs", number>>,
): { readonly reason: "silent"; readonly detail: string; readonly by: "self" } | null {
  switch (silence.look(receivedAtMs, nowMs, silenceMs)) {
    case "wait":
      return null;
    case "ask":
      if (socket.readyState !== socket.OPEN) return null;
      silence.onAsked(nowMs);
      socket.ping();
      return null;
    case "giveUp":
      socket.terminate();
      return {
        reason: "silent",
        detail: `no sign of life for ${Math.round(nowMs - receivedAtMs)} ms`,
        by: "self",
      };
  }
}

/** Begins with a link of which nothing was asked. */
export function createSilence(): Silence {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  /** Looks in vain since the question. */
  let lookCount = 0;
  return {
    look(receivedAtMs, nowMs, silenceMs) {
      if (nowMs - receivedAtMs < silenceMs) return "wait";
      if (askedAtMs <= receivedAtMs) return "ask";
      // One late look shows nothing: this process itself may have been away, with the answer not yet read.
      lookCount++;
      return lookCount < 2 || nowMs - askedAtMs < silenceMs ? "wait" : "giveUp";
    },
    onAsked(nowMs) {
      askedAtMs = nowMs;
      lookCount = 0;
    },
    onAnswer(receivedAtMs) {
      if (askedAtMs === Number.NEGATIVE_INFINITY) return null;
      const roundTripMs = receivedAtMs - askedAtMs;
      askedAtMs = Number.NEGATIVE_INFINITY;
      return roundTripMs;
    },
  };
}
