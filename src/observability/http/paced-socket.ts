import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Clock } from "../../runtime/ports.js";

/** Asks for a turn of the event loop. */
export type Pace = (onTurn: () => void) => void;

/** So many bytes are parsed at a time: most requests of probes and of Prometheus come in one or two slices. */
export const sliceBytes = 256;

/** A turn parses at most this many slices, of all clients together: some milliseconds of work. */
const slicesPerTurn = 8;

/** Turns for all connections of a server, first come, first served. */
export function createPace(clock: Pick<Clock, "afterPoll">): Pace {
  const waiting: (() => void)[] = [];
  let isTurnComing = false;

  function arrange(): void {
    if (isTurnComing || waiting.length === 0) return;
    isTurnComing = true;
    clock.afterPoll(() => {
      for (const onTurn of waiting.splice(0, slicesPerTurn)) onTurn();
      isTurnComing = false;
      arrange();
    });
  }

  return (onTurn) => {
    waiting.push(onTurn);
    arrange();
  };
}

/**
 * A TCP connection whose input is handed on in slices, one a turn. Node's HTTP server parses all of what it is given before anything
 * else happens: 64 KB of pipelined requests would hold a leader's heartbeats up for longer than its lease lasts.
 */
export class PacedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #pace: Pace;
  /** True while the reader has asked for more. */
  #isWanted = false;
  #awaitsTurn = false;

  constructor(socket: Socket, pace: Pace) {
    super({ readableHighWaterMark: sliceBytes });
    this.#socket = socket;
    this.#pace = pace;
    socket.on("readable", () => this.#arrange());
    socket.once("end", () => this.push(null));
    socket.once("error", () => this.destroy());
    socket.once("close", () => this.destroy());
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  /** Ends the connection once everything is written, as a socket of Node does. */
  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  override _read(): void {
    this.#isWanted = true;
    this.#arrange();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #arrange(): void {
    if (this.#awaitsTurn || this.destroyed) return;
    // Nothing is left to read: asked once more, the socket tells of its end.
    if (this.#socket.readableLength === 0) this.#socket.read();
    else if (this.#isWanted) {
      this.#awaitsTurn = true;
      this.#pace(() => {
        this.#awaitsTurn = false;
        this.#hand();
      });
    }
  }

  #hand(): void {
    if (this.destroyed) return;
    const slice: Buffer | null = this.#socket.read(Math.min(this.#socket.readableLength, sliceBytes));
    if (slice === null) return;
    this.#isWanted = false;
    this.push(slice);
  }
}
