import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import type { Usage } from "./child.js";

/** The baseline: 40-byte frames, answered as they come. `node bare-ws.js pong` or `node bare-ws.js ping URL intervalMs`. */
const [role, url, intervalText] = process.argv.slice(2);
const frame = "x".repeat(40);
let acknowledged = 0;

if (role === "pong") {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  await once(server, "listening");
  server.on("connection", (peer) => {
    peer.on("message", (data) => {
      acknowledged++;
      peer.send(data.toString());
    });
  });
  process.send?.({ kind: "ready", url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` });
} else {
  const peer = new WebSocket(url ?? "", { perMessageDeflate: false });
  await once(peer, "open");
  peer.on("message", () => {
    acknowledged++;
  });
  setInterval(() => peer.send(frame), Number(intervalText));
  process.send?.({ kind: "ready", url: "" });
}

let before = { cpu: process.cpuUsage(), acknowledged };
process.on("message", (message: { readonly kind: string }) => {
  if (message.kind === "begin") before = { cpu: process.cpuUsage(), acknowledged };
  if (message.kind !== "end") return;
  const cpu = process.cpuUsage(before.cpu);
  const usage: Usage = {
    kind: "usage",
    acknowledged: acknowledged - before.acknowledged,
    cpuMs: (cpu.user + cpu.system) / 1000,
    residentBytes: process.memoryUsage.rss(),
  };
  process.send?.(usage);
});
process.on("disconnect", () => process.exit());
