import type { WebSocket } from "ws";
import type { Clock } from "../../runtime/ports.js";
import { createSilence, watchSilence } from "../../transport/link/silence.js";
import { closeOfLinkError } from "../../transport/link/socket-errors.js";
import type { Refusable } from "../../transport/websocket/pending-connections.js";
import {
  asciiText,
  closeCodeOf,
  closeOfCode,
  type LinkClose,
  type SentCloseReason,
} from "../../transport/wire/close-reason.js";
import { longestBeatFrameBytes, readBeat } from "./beat-frames.js";
import { type BeatSenderIdentity, observerHandshake, type Refusal } from "./beat-handshake.js";

/** A handshake has one frame of the sender's; a few pings may come, too. */
const handshakeFrameCount = 8;

/** Frames that a sender may be ahead of its pace: beats that waited in a queue, and pings. */
const spareFrameCount = 64;

/** A sender has one beat in each interval, and asks for a sign of life now and then. */
const framesPerInterval = 4;

/** A connection is asked for a sign of life after four intervals in which nothing came, and at least so many milliseconds. */
const leastSilenceMs = 10_000;

/** Decides about a connection, and hears what comes over it. */
export interface BeatConnectionOwner {
  /** Why there shall be no connection with this sender, or null. */
  refuses(sender: BeatSenderIdentity): Refusal | null;
  /** The sender has proved itself: its beats may come. */
  onUp(connection: BeatConnection, sender: BeatSenderIdentity): void;
  onBeat(sender: BeatSenderIdentity, slot: number): void;
  onGoodbye(sender: BeatSenderIdentity): void;
  /** Comes once. */
  onClosed(connection: BeatConnection, close: LinkClose): void;
}

/** The observer's end of a WebSocket over which one sender beats: a handshake, then beats, then perhaps a goodbye. */
export class BeatConnection implements Refusable {
  /** Host and port of the other end. */
  readonly remote: string;
  /** Who beats; null until the handshake is done. */
  sender: BeatSenderIdentity | null = null;
  /** The name that the other end has claimed; null before. */
  claimedId: string | null = null;
  private readonly socket: WebSocket;
  private readonly clock: Pick<Clock, "nowMs">;
  private readonly owner: BeatConnectionOwner;
  private readonly handshake: ReturnType<typeof observerHandshake>;
  private readonly silence = createSilence();
  private ended = false;
  private frameCount = 0;
  private upAtMs = 0;
  private receivedAtMs: number;

  /** Takes care of a WebSocket that has just opened, and begins the handshake. */
  constructor(
    socket: WebSocket,
    remote: string,
    tokens: () => readonly string[],
    clock: Pick<Clock, "nowMs">,
    owner: BeatConnectionOwner,
  ) {
    this.socket = socket;
    this.remote = remote;
    this.clock = clock;
    this.owner = owner;
    this.receivedAtMs = clock.nowMs();
    this.handshake = observerHandshake(tokens);
    socket.on("message", (data: Buffer, isBinary: boolean) => this.onData(data, isBinary));
    socket.on("ping", () => void this.accepts());
    socket.on("pong", () => {
      if (this.accepts()) this.silence.onAnswer(this.receivedAtMs);
    });
    socket.on("error", (error: Error) => this.finish(closeOfLinkError(error, longestBeatFrameBytes)));
    socket.on("close", (code: number, text: Buffer) => this.finish(closeOfCode(code, text.toString())));
    socket.send(this.handshake.opening);
  }

  /** Ends the connection and tells both sides why. */
  refuse(reason: SentCloseReason, detail: string): void {
    if (this.ended) return;
    this.socket.close(closeCodeOf(reason), asciiText(detail));
    // What the sender goes on to send is not read; the WebSocket library breaks the connection soon.
    if (reason === "flood") this.socket.pause();
    this.finish({ reason, detail, by: "self" });
  }

  /** Asks for a sign of life where none came for long; ends the connection after as long again. */
  watch(nowMs: number): void {
    const { sender, silence, socket, receivedAtMs } = this;
    if (this.ended || sender === null) return;
    const silenceMs = Math.max(leastSilenceMs, 4 * sender.intervalMs);
    const end = watchSilence(silence, socket, { receivedAtMs, nowMs, silenceMs });
    if (end !== null) this.finish(end);
  }

  /** Breaks the connection at once, without a word. */
  terminate(): void {
    this.socket.terminate();
  }

  private onData(data: Buffer, isBinary: boolean): void {
    if (!this.accepts()) return;
    if (isBinary) {
      this.refuse("badFrame", "expected text");
      return;
    }
    if (this.sender === null) this.onHello(data.toString());
    else this.onBeat(this.sender, data.toString());
  }

  /** Counts what came; false where nothing more is to be done with it. The count has no clock's rate: beats that waited while this process was held up come at once. */
  private accepts(): boolean {
    if (this.ended) return false;
    const nowMs = this.clock.nowMs();
    this.receivedAtMs = nowMs;
    this.frameCount++;
    const { sender } = this;
    const most =
      sender === null
        ? handshakeFrameCount
        : spareFrameCount + (framesPerInterval * (nowMs - this.upAtMs)) / sender.intervalMs;
    if (this.frameCount <= most) return true;
    const detail =
      sender === null
        ? `more than ${handshakeFrameCount} frames before the hello`
        : `more than ${framesPerInterval} frames in each interval of ${sender.intervalMs} ms`;
    this.refuse("flood", detail);
    return false;
  }

  private onHello(text: string): void {
    const heard = this.handshake.hear(text);
    if (!heard.ok) {
      this.claimedId = heard.id;
      this.refuse(heard.refusal.reason, heard.refusal.detail);
      return;
    }
    this.claimedId = heard.sender.id;
    const refusal = this.owner.refuses(heard.sender);
    if (refusal !== null) {
      this.refuse(refusal.reason, refusal.detail);
      return;
    }
    this.sender = heard.sender;
    this.upAtMs = this.receivedAtMs;
    this.frameCount = 0;
    this.socket.send(heard.welcome);
    this.owner.onUp(this, heard.sender);
  }

  private onBeat(sender: BeatSenderIdentity, text: string): void {
    const frame = readBeat(text);
    if (frame === null) this.refuse("badFrame", "expected a slot in brackets, or a goodbye");
    else if (frame === "bye") {
      this.owner.onGoodbye(sender);
      this.socket.close(1000);
      this.finish({ reason: "closed", detail: "goodbye", by: "peer" });
    } else this.owner.onBeat(sender, frame.slot);
  }

  private finish(close: LinkClose): void {
    if (this.ended) return;
    this.ended = true;
    this.owner.onClosed(this, close);
  }
}
