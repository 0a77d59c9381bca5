import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type ClientOptions, WebSocket, WebSocketServer } from "ws";
import type { Standing } from "../../../src/protocol/index.js";
import type { PeerRefusal, Transport } from "../../../src/runtime/ports.js";
import { acceptHandshake, dialHandshake } from "../../../src/transport/wire/handshake.js";
import { afterwards, aStanding, identityOf, memberAt, until } from "./nodes.js";

export { aStanding };

/** How a WebSocket was closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket client that says whatever a test wants said. */
export interface RawPeer {
  readonly socket: WebSocket;
  readonly heard: string[];
  readonly closed: Promise<Closed>;
}

/** Connects to a transport without being one. Resolves once the WebSocket is open. */
export async function rawPeer(
  port: number | null,
  options: ClientOptions = {},
  path = "",
  scheme = "ws",
): Promise<RawPeer> {
  const socket = new WebSocket(`${scheme}://127.0.0.1:${port}${path}`, {
    perMessageDeflate: false,
    rejectUnauthorized: false,
    ...options,
  });
  const heard: string[] = [];
  socket.on("message", (data: Buffer) => heard.push(data.toString()));
  const closed = new Promise<Closed>((resolve) =>
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  afterwards(() => socket.terminate());
  await new Promise<void>((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket.on("error", () => {});
  return { socket, heard, closed };
}

/** A challenge as any node would make it. Without a token no hello depends on it. */
export const aChallenge = `["raftbeat",2,2,"${"0".repeat(32)}"]`;

/** A hello as node `id` would say it to node `to`. */
export function hello(
  id: string,
  to: string,
  more: { cluster?: string; incarnation?: string; token?: string; standing?: Standing } = {},
  challenge = aChallenge,
): string {
  const { token, standing = aStanding(), ...identity } = more;
  const tokens = token === undefined ? [] : [token];
  const credentials = { identity: identityOf(id, identity), tokens: () => tokens };
  const step = dialHandshake(credentials, () => standing, to).hear(challenge);
  if (step.next !== "say") throw new Error(`${challenge} is no challenge`);
  return step.text;
}

/** Connects and says hello as node `id`; resolves once the other side has said hello as well. */
export async function rawNode(
  id: string,
  to: string,
  port: number | null,
  path = "",
  more: Parameters<typeof hello>[2] = {},
): Promise<RawPeer> {
  const peer = await rawPeer(port, {}, path);
  await until("a challenge", () => peer.heard.length > 0);
  peer.socket.send(hello(id, to, more, peer.heard.shift()));
  await until("a hello", () => peer.heard.length > 0);
  return peer;
}

/** Answers a dial as node `id`, in the place of whoever was dialled. */
export function answerAs(
  socket: WebSocket,
  id: string,
  { standing = aStanding(), ...identity }: { incarnation?: string; standing?: Standing } = {},
  refusal: PeerRefusal | null = null,
): void {
  const credentials = { identity: identityOf(id, identity), tokens: () => [] };
  const handshake = acceptHandshake(
    credentials,
    () => standing,
    () => null,
  );
  socket.send(handshake.opening ?? "");
  socket.once("message", (data) => {
    handshake.hear(data.toString());
    socket.send(handshake.answer(refusal) ?? "");
  });
}

/** Lets a node dial a server that answers as `id`. */
export async function dialledAs(id: string, { transport }: { readonly transport: Transport }) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.once("listening", resolve));
  afterwards(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const closed = new Promise<Closed>((resolve) =>
    server.on("connection", (socket) => {
      answerAs(socket, id);
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    }),
  );
  transport.setPeers([memberAt(id, (server.address() as AddressInfo).port)]);
  return {
    closed,
    say(text: string): void {
      for (const socket of server.clients) socket.send(text);
    },
    isOpen: () => [...server.clients].some((socket) => socket.readyState === socket.OPEN),
    /** Reads nothing any more, a close frame neither. */
    pause(): void {
      for (const socket of server.clients) socket.pause();
    },
    terminate(): void {
      for (const socket of server.clients) socket.terminate();
    },
  };
}

/** A network path that a test can break without either end being told. */
export interface TcpProxy {
  readonly port: number;
  /** Connections made so far. */
  connectionCount(): number;
  /** Connections whose near end is still open. */
  openCount(): number;
  /** From now on nothing passes over the connections there are; they stay open. New ones pass. */
  freeze(): void;
  /** From now on new connections are taken, and nothing passes over them, until `thaw`. */
  freezeNew(): void;
  thaw(): void;
}

/** Passes TCP connections on to a port. */
export async function tcpProxy(toPort: number | null): Promise<TcpProxy> {
  const pairs: [Socket, Socket][] = [];
  let newFrozen = false;
  const server = createServer((near) => {
    const far = connect(toPort ?? 0, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay();
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
      if (!newFrozen) from.pipe(to);
    }
    pairs.push([near, far]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(() => {
    server.close();
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  });
  return {
    port: (server.address() as { port: number }).port,
    connectionCount: () => pairs.length,
    openCount: () => pairs.filter(([near]) => !near.destroyed).length,
    freeze() {
      for (const [near, far] of pairs) {
        // What comes is read and forgotten, so that the proxy itself hears of a close.
        near.unpipe(far).resume();
        far.unpipe(near).resume();
        // An end that is destroyed must not tell the other.
        for (const socket of [near, far])
          socket
            .removeAllListeners("close")
            .removeAllListeners("error")
            .on("error", () => {});
      }
    },
    freezeNew() {
      newFrozen = true;
    },
    thaw() {
      newFrozen = false;
    },
  };
}

/** A connection below the level of WebSockets, that writes whatever bytes a test wants written. */
export interface RawConnection {
  readonly socket: Socket;
  readonly closed: Promise<void>;
}

/** Connects to a port and writes `first`. */
export async function rawConnection(
  port: number | null,
  first: string | Buffer = "",
  fromHost?: string,
): Promise<RawConnection> {
  const socket = connect({
    port: port ?? 0,
    host: "127.0.0.1",
    ...(fromHost === undefined ? {} : { localAddress: fromHost }),
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  afterwards(() => {
    socket.destroy();
  });
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  socket.resume();
  if (first.length > 0) socket.write(first);
  return { socket, closed };
}

/** The request that opens a WebSocket. */
export const upgradeRequest =
  "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/** A client's frame as it is on the wire, masked with zeros; opcode 1 is text, 9 a ping. */
export function clientFrame(payload: string | Buffer, opcode = 1, final = true): Buffer {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(body.length < 126 ? 6 : 8);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = 0x80 | Math.min(body.length, 126);
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}
