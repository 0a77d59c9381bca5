import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ClientOptions, WebSocket } from "ws";
import type { NodeId } from "../../protocol/index.js";
import type { Schedule } from "../../runtime/ports.js";
import type { Admission } from "../limits/admission.js";
import type { LinkTiming } from "../limits/limits.js";
import { Link, type LinkOwner } from "../link/link.js";
import { type LinkContext, socketOptions } from "../link/link-context.js";
import { closeOfDialError, closeOfStatus } from "../link/socket-errors.js";
import { certificateProblem, dialOptions, isMutual, type TransportTls } from "../security/certificate.js";
import { asciiText, type LinkClose } from "../wire/close-reason.js";

/** What a dial needs besides what links share. */
export interface DialContext extends LinkContext {
  /** The TLS options of the moment. */
  readonly tls: () => TransportTls | null;
  readonly timing: LinkTiming;
  readonly admission: Admission;
  readonly schedule: Schedule;
}

/** An attempt to reach a peer: it ends in a link that is up, or fails. */
export class Dial {
  private readonly peer: NodeId;
  private readonly address: string;
  private readonly context: DialContext;
  private readonly owner: LinkOwner;
  private readonly onFailed: (close: LinkClose) => void;
  private readonly tls: TransportTls | null;
  private over = false;
  private stream: Duplex | null = null;
  private socket: WebSocket | null = null;
  private link: Link | null = null;
  private cancelConnect: () => void;
  private readonly cancelHandshake: () => void;

  /** Dials a peer. `owner` hears of the link once it is up, `onFailed` of anything that happens before; never both. */
  constructor(
    peer: NodeId,
    address: string,
    context: DialContext,
    owner: LinkOwner,
    onFailed: (close: LinkClose) => void,
  ) {
    this.peer = peer;
    this.address = address;
    this.context = context;
    this.owner = owner;
    this.onFailed = onFailed;
    this.tls = context.tls();
    const { schedule, timing, limits } = context;
    this.cancelConnect = schedule(timing.connectTimeoutMs, () => {
      const detail = `no connection within ${timing.connectTimeoutMs} ms`;
      this.fail({ reason: "lost", detail, by: "self" });
    });
    this.cancelHandshake = schedule(limits.handshakeTimeoutMs, () => this.onNoHandshake());
    try {
      this.connect();
    } catch (error) {
      // No call back from inside the call that asked.
      this.cancelConnect();
      const close: LinkClose = {
        reason: "tlsFailed",
        detail: asciiText((error as Error).message),
        by: "self",
      };
      this.cancelConnect = schedule(0, () => this.fail(close));
    }
  }

  /** Gives up; nothing is told any more. */
  abandon(): void {
    if (this.over) return;
    this.finish();
    this.socket?.terminate();
  }

  /** Gives up unless the other side may take the link for up already and send over it; says whether it gave up. */
  giveWay(): boolean {
    if (this.link !== null) return false;
    this.abandon();
    return true;
  }

  private connect(): void {
    const { tls, address } = this;
    const { limits, timing } = this.context;
    if (tls !== null && !address.startsWith("wss:"))
      throw new Error("tls is set, but the address is not wss://");
    const options = {
      ...dialOptions(tls),
      ...socketOptions(limits),
      autoSelectFamilyAttemptTimeout: Math.max(10, timing.connectTimeoutMs / 2),
      finishRequest: (request: ClientRequest) => {
        request.once("socket", (stream: Duplex) => this.onStream(stream));
        request.end();
      },
    };
    // The types of the WebSocket library know less than Node takes, and one of them otherwise.
    const socket = new WebSocket(address, options as object as ClientOptions);
    this.socket = socket;
    socket.on("unexpected-response", (_request: ClientRequest, response: IncomingMessage) =>
      this.fail(closeOfStatus(response)),
    );
    socket.on("error", (error: Error) => this.fail(closeOfDialError(error, address)));
    socket.on("open", () => this.onOpen(socket));
  }

  private onStream(stream: Duplex): void {
    this.stream = stream;
    stream.once("connect", () => {
      this.cancelConnect();
      const host = (stream as Socket).remoteAddress;
      if (host !== undefined) this.context.admission.onPeerAt(this.peer, host, "dialled");
    });
  }

  private onOpen(socket: WebSocket): void {
    if (this.over) return;
    const { owner, tls, stream } = this;
    const { cluster } = this.context.credentials.identity;
    const distrusts = (id: NodeId) => certificateProblem(stream, { cluster, id }, tls, "dialled");
    const { address: remote, peer: expected } = this;
    const opened = { socket, remote, expected, distrusts, isMutual: isMutual(tls) };
    this.link = new Link(opened, this.context, {
      ...owner,
      onUp: (up) => {
        this.finish();
        owner.onUp(up);
      },
      onFailed: (_link, close) => this.fail(close),
    });
  }

  private onNoHandshake(): void {
    const detail = `no answer within ${this.context.limits.handshakeTimeoutMs} ms`;
    if (this.link === null) this.fail({ reason: "lost", detail, by: "self" });
    else this.link.refuse("handshakeTimeout", detail);
  }

  private fail(close: LinkClose): void {
    if (this.over) return;
    this.finish();
    // An open link has been closed, so that the other side hears why.
    if (this.socket?.readyState === WebSocket.CONNECTING) this.socket.terminate();
    this.onFailed(close);
  }

  private finish(): void {
    this.over = true;
    this.cancelConnect();
    this.cancelHandshake();
  }
}
