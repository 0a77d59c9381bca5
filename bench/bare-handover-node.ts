import { constants, openSync, write, writeSync } from "node:fs";
import { join } from "node:path";
import { WebSocket, WebSocketServer } from "ws";

/**
 * What a handover cannot do without, and nothing else: bare `ws`, durable writes of bare bytes, and the messages between them. The old leader
 * orders, the heir writes its vote and asks, the others write theirs and grant, the heir writes that it leads while it beats and the others
 * answer. Between handovers the leader beats, as it would. `node bare-handover-node.js SETTINGS`, as JSON.
 */
export interface BareSettings {
  readonly place: number;
  readonly ports: readonly number[];
  readonly directory: string;
  readonly heartbeatIntervalMs: number;
  /** How long a report waits, so that telling takes no time from what is measured. */
  readonly reportAfterMs: number;
}

const { place, ports, directory, heartbeatIntervalMs, reportAfterMs } = JSON.parse(
  process.argv[2] ?? "",
) as BareSettings;
const record = Buffer.alloc(512, 120);
/** The place of the second copy of a vote. */
const secondAt = 65_536;
const file = openSync(
  join(directory, `votes-${place}`),
  constants.O_CREAT | constants.O_RDWR | constants.O_DSYNC,
);
// A vote file has its length from the start.
writeSync(file, Buffer.alloc(2 * secondAt));
const configuration = "x".repeat(60 * ports.length);
const others = [...ports.keys()].filter((other) => other !== place);
const quorumOfOthers = Math.floor(ports.length / 2);
const links: WebSocket[] = [];
let writeCount = 0;
let grantCount = 0;
let answerCount = 0;
let isWritten = false;
let isLeading = false;
let beating: NodeJS.Timeout | undefined;

type Frame = readonly ["order" | "ask" | "grant" | "beat" | "answer", string];

function send(to: number, ...frame: Frame): void {
  links[to]?.send(JSON.stringify(frame));
}

function persist(onDurable: () => void): void {
  // Two places in turn, as votes are kept.
  write(file, record, 0, record.length, (writeCount++ % 2) * secondAt, (error) => {
    if (error !== null) throw error;
    onDurable();
  });
}

function leadIfDone(): void {
  if (isLeading || !isWritten || answerCount < quorumOfOthers) return;
  isLeading = true;
  beating = setInterval(beat, heartbeatIntervalMs);
  report("gained");
}

function beat(): void {
  for (const other of others) send(other, "beat", configuration);
}

function report(kind: "lost" | "gained"): void {
  const atNs = String(process.hrtime.bigint());
  setTimeout(() => process.send?.({ kind, atNs }), reportAfterMs);
}

function onFrame(from: number, text: string): void {
  const [kind] = JSON.parse(text) as Frame;
  switch (kind) {
    case "order":
      grantCount = 0;
      answerCount = 0;
      isWritten = false;
      isLeading = false;
      persist(() => {
        for (const other of others) send(other, "ask", configuration);
      });
      return;
    case "ask":
      persist(() => send(from, "grant", ""));
      return;
    case "grant":
      grantCount++;
      if (grantCount !== quorumOfOthers) return;
      persist(() => {
        isWritten = true;
        leadIfDone();
      });
      beat();
      return;
    case "beat":
      send(from, "answer", "");
      return;
    case "answer":
      answerCount++;
      leadIfDone();
  }
}

function link(other: number, socket: WebSocket): void {
  links[other] = socket;
  socket.on("message", (data) => onFrame(other, data.toString()));
  if (links.filter(Boolean).length === others.length) process.send?.({ kind: "linked" });
}

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: ports[place] as number,
  perMessageDeflate: false,
});
server.on("connection", (socket, request) => link(Number(request.url?.slice(1)), socket));
server.on("listening", () => process.send?.({ kind: "ready" }));
process.on("message", (message: { readonly kind: "link" | "handOver"; readonly to: number }) => {
  if (message.kind === "handOver") {
    report("lost");
    clearInterval(beating);
    send(message.to, "order", "");
    return;
  }
  for (const other of others) {
    if (other < place) continue;
    const socket = new WebSocket(`ws://127.0.0.1:${ports[other]}/${place}`, { perMessageDeflate: false });
    socket.on("open", () => link(other, socket));
  }
});
process.on("disconnect", () => process.exit());
