/** Sends every frame back: the other end of the round trips that `study loopback` measures. Runs as a process of its own. */
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => socket.on("message", (frame) => socket.send(frame)));
server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
// The one who asked is gone.
process.on("disconnect", () => process.exit());
