import { type ClientOptions, WebSocket } from "ws";
import { silentLogger } from "../../../src/elector/observers/logger.js";
import { senderHandshake } from "../../../src/liveness/beats-wire/beat-handshake.js";
import type * as liveness from "../../../src/liveness/index.js";
import type {
  BeatListener,
  ListenBeatsOptions,
  Monitor,
  MonitorOptions,
} from "../../../src/liveness/index.js";
import { afterwards, stopAll, until } from "../../transport/support/nodes.js";

export { afterwards, stopAll, until };

/** `raftbeat/liveness`, perhaps with a bug planted. */
export type Liveness = typeof liveness;

/** A monitor with a door, what it was told of, and every slot that came. */
export interface Watcher {
  readonly monitor: Monitor;
  readonly listener: BeatListener;
  readonly url: string;
  /** Events as `kind id`. */
  readonly told: string[];
  readonly slots: number[];
}

/** Opens a door on loopback. */
export async function aWatcher(
  { createMonitor, listenBeats }: Liveness,
  options: MonitorOptions = { intervalMs: 1000 },
  door: ListenBeatsOptions & { readonly port?: number } = {},
): Promise<Watcher> {
  const monitor = createMonitor({ logger: silentLogger, ...options });
  const told: string[] = [];
  const slots: number[] = [];
  monitor.subscribe((event) => told.push("id" in event ? `${event.kind} ${event.id}` : event.kind));
  const spied: Monitor = {
    ...monitor,
    beat(id, evidence) {
      if (evidence?.leaving !== true) slots.push(evidence?.slot ?? -1);
      monitor.beat(id, evidence);
    },
  };
  const { port = 0, ...rest } = door;
  const listener = await listenBeats(spied, { host: "127.0.0.1", port }, { logger: silentLogger, ...rest });
  afterwards(async () => {
    await listener.close();
    monitor.close();
  });
  return { monitor, listener, url: `ws://127.0.0.1:${listener.port}`, told, slots };
}

/** A sender that says what a test wants said. */
export interface RawSender {
  readonly socket: WebSocket;
  readonly heard: string[];
  /** Close code and reason, once it is closed; rejects where that takes too long. */
  readonly closed: Promise<string>;
}

/** Opens a WebSocket, and waits for the observer's first frame. */
export async function rawSocket(url: string, options: ClientOptions = {}): Promise<RawSender> {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...options });
  const heard: string[] = [];
  socket.on("message", (data: Buffer) => heard.push(data.toString()));
  let end = "";
  socket.once("close", (code, reason) => {
    end = `${code} ${reason}`;
  });
  afterwards(() => socket.terminate());
  await new Promise<void>((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket.on("error", () => {});
  await until("a challenge", () => heard.length > 0);
  return {
    socket,
    heard,
    get closed() {
      return until("a close", () => end !== "").then(() => end);
    },
  };
}

/** Says hello as this sender. Does not wait for the answer. */
export async function helloAs(
  url: string,
  { id = "a", boot = "1", intervalMs = 1000, zone = "", tokens = [] as readonly string[] } = {},
): Promise<RawSender> {
  const sender = await rawSocket(url);
  const answer = senderHandshake({ id, boot, intervalMs, zone }, tokens)(sender.heard[0] ?? "");
  if (answer.next !== "say") throw new Error(`${sender.heard[0]} is no challenge`);
  sender.socket.send(answer.text);
  return sender;
}

/** Says hello, and waits until the observer takes beats. */
export async function rawSender(url: string, who: Parameters<typeof helloAs>[1] = {}): Promise<RawSender> {
  const sender = await helloAs(url, who);
  await until("a welcome", () => sender.heard.length > 1);
  return sender;
}
