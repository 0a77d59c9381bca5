import type { IncomingMessage } from "node:http";
import { type ClientOptions, WebSocket } from "ws";
import type { Clock, Schedule } from "../../runtime/ports.js";
import { socketOptions } from "../../transport/link/link-context.js";
import { createSilence, watchSilence } from "../../transport/link/silence.js";
import { closeOfDialError, closeOfLinkError, closeOfStatus } from "../../transport/link/socket-errors.js";
import type { TransportTls } from "../../transport/security/certificate.js";
import {
  asciiText,
  closeCodeOf,
  closeOfCode,
  type LinkClose,
  type SentCloseReason,
} from "../../transport/wire/close-reason.js";
import { byeText, longestBeatFrameBytes } from "./beat-frames.js";
import { type BeatSenderIdentity, senderHandshake } from "./beat-handshake.js";

/** How long it may take until the observer takes beats, in milliseconds. */
const connectTimeoutMs = 3000;

/** A beat is dropped while more than so many bytes wait behind the kernel's buffer. */
const mostBufferedBytes = 1024;

/** Frames of an observer before it takes beats; after that it sends none. */
const mostFrames = 2;

/** What a link asks of the world. */
export interface BeatLinkPorts {
  readonly clock: Pick<Clock, "nowMs">;
  readonly schedule: Schedule;
}

/** Hears of a link. */
export interface BeatLinkOwner {
  /** The observer takes beats from now on. */
  onUp(): void;
  /** Comes once, whether or not it was ever up. */
  onClosed(close: LinkClose): void;
}

/** The sender's end of one WebSocket to its observer, from the dial to the end. */
export class BeatLink {
  private readonly socket: WebSocket;
  private readonly ports: BeatLinkPorts;
  private readonly owner: BeatLinkOwner;
  private readonly hear: ReturnType<typeof senderHandshake>;
  private readonly silence = createSilence();
  private readonly cancelConnect: () => void;
  private state: "dialled" | "up" | "ended" = "dialled";
  private frameCount = 0;
  private receivedAtMs: number;

  /** Dials. @throws what Node says of an address or of TLS options that it cannot use */
  constructor(
    address: string,
    identity: BeatSenderIdentity,
    tokens: readonly string[],
    tls: TransportTls | null,
    ports: BeatLinkPorts,
    owner: BeatLinkOwner,
  ) {
    this.ports = ports;
    this.owner = owner;
    this.hear = senderHandshake(identity, tokens);
    this.receivedAtMs = ports.clock.nowMs();
    const options = { ...tls, ...socketOptions({ maxFrameBytes: longestBeatFrameBytes }) };
    // The types of the WebSocket library know less than Node takes.
    const socket = new WebSocket(address, options as object as ClientOptions);
    this.socket = socket;
    this.cancelConnect = ports.schedule(connectTimeoutMs, () => {
      this.socket.terminate();
      this.finish({ reason: "lost", detail: `no answer within ${connectTimeoutMs} ms`, by: "self" });
    });
    let opened = false;
    socket.on("open", () => {
      opened = true;
    });
    socket.on("unexpected-response", (_request: unknown, response: IncomingMessage) => {
      this.finish(closeOfStatus(response));
      socket.terminate();
    });
    socket.on("error", (error: Error) =>
      this.finish(opened ? closeOfLinkError(error, longestBeatFrameBytes) : closeOfDial(error, address)),
    );
    socket.on("close", (code: number, text: Buffer) => this.finish(closeOfCode(code, text.toString())));
    socket.on("message", (data: Buffer, isBinary: boolean) => this.onData(data, isBinary));
    socket.on("ping", () => void this.accepts());
    socket.on("pong", () => {
      if (this.accepts()) this.silence.onAnswer(this.receivedAtMs);
    });
  }

  /** Sends a frame if the observer takes beats and there is room; says whether. */
  send(text: string): boolean {
    const { socket } = this;
    if (this.state !== "up" || socket.readyState !== socket.OPEN) return false;
    if (socket.bufferedAmount > mostBufferedBytes) return false;
    socket.send(text);
    return true;
  }

  /** Closes once all that was said has gone, with a goodbye or without. The observer closes, too: `onClosed` says whether it did. */
  end(goodbye: boolean): void {
    if (goodbye) this.socket.send(byeText);
    this.socket.close(1000);
  }

  /** Breaks the connection at once, without a word. */
  terminate(): void {
    this.socket.terminate();
    this.finish({ reason: "lost", detail: "this sender has broken the connection", by: "self" });
  }

  /** Asks for a sign of life where none came for long; breaks the connection after as long again. */
  watch(nowMs: number, silenceMs: number): void {
    if (this.state !== "up") return;
    const { silence, socket, receivedAtMs } = this;
    const end = watchSilence(silence, socket, { receivedAtMs, nowMs, silenceMs });
    if (end !== null) this.finish(end);
  }

  private onData(data: Buffer, isBinary: boolean): void {
    if (!this.accepts()) return;
    this.frameCount++;
    if (isBinary || this.state === "up" || this.frameCount > mostFrames) {
      this.refuse("badFrame", "expected nothing from an observer");
      return;
    }
    const answer = this.hear(data.toString());
    if (answer.next === "say") this.socket.send(answer.text);
    else if (answer.next === "refuse") this.refuse(answer.refusal.reason, answer.refusal.detail);
    else {
      this.state = "up";
      this.cancelConnect();
      this.owner.onUp();
    }
  }

  private accepts(): boolean {
    if (this.state === "ended") return false;
    this.receivedAtMs = this.ports.clock.nowMs();
    return true;
  }

  private refuse(reason: SentCloseReason, detail: string): void {
    this.socket.close(closeCodeOf(reason), asciiText(detail));
    this.finish({ reason, detail, by: "self" });
  }

  private finish(close: LinkClose): void {
    if (this.state === "ended") return;
    this.state = "ended";
    this.cancelConnect();
    this.owner.onClosed(close);
  }
}

/** What the error of a dial means. A certificate of the observer's that Node does not accept is named so. */
function closeOfDial(error: NodeJS.ErrnoException, address: string): LinkClose {
  if (/CERT|UNABLE_TO|ALTNAME/.test(error.code ?? ""))
    return { reason: "wrongCertificate", detail: asciiText(error.message), by: "self" };
  return closeOfDialError(error, address);
}
