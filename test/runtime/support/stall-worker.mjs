// A follower in an event loop of its own, which stands still once and tells how often it campaigned. See driver-late-timer.test.ts.
import { readFile } from "node:fs";
import { readFile as readFileLater } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { createElector } from "../../../dist/elector/create-elector.js";
import { silentLogger } from "../../../dist/elector/observers/logger.js";
import { memoryVoteStore, webSocketTransport } from "../../../dist/index.js";
import { systemClock, systemRandom, systemSchedule } from "../../../dist/runtime/system-ports.js";

const { where, confirms, stallMs, silenceMs, options } = workerData;
let campaigns = 0;
let heartbeats = 0;
let stallAtHeartbeat = Number.POSITIVE_INFINITY;

const clock = systemClock();
const elector = await createElector(
  {
    ...options,
    logger: silentLogger,
    store: memoryVoteStore({ unsafeForgetsVotes: true }),
    transport: (identity) => {
      const transport = webSocketTransport({ listen: { host: "127.0.0.1", port: 0 }, silenceMs })(identity);
      return {
        ...transport,
        start(handlers, callback) {
          const onMessage = (from, incarnation, message) => {
            if (message.kind === "heartbeat" && ++heartbeats >= stallAtHeartbeat) {
              stallAtHeartbeat = Number.POSITIVE_INFINITY;
              stall();
            }
            handlers.onMessage(from, incarnation, message);
          };
          transport.start({ ...handlers, onMessage }, callback);
        },
        send(to, message) {
          if (message.kind === "requestVote") campaigns++;
          transport.send(to, message);
        },
      };
    },
  },
  {
    // The planted bug: a timer that fires is believed at once.
    clock: confirms ? clock : { ...clock, afterPoll: (callback) => callback() },
    schedule: systemSchedule,
    random: systemRandom,
  },
);
await elector.waitForLeader();
parentPort.once("message", () => {
  campaigns = 0;
  const before = heartbeats;
  stalls[where]();
  // By the tenth heartbeat after the stall whatever a late timer does has been done.
  const look = setInterval(() => {
    if (stalledAt === null || heartbeats < before + 30 + 10) return;
    clearInterval(look);
    parentPort.postMessage({ campaigns, leader: elector.status().leader });
    void elector.stop();
  }, 20);
});
parentPort.postMessage("follows");

let stalledAt = null;
function stall() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs);
  stalledAt = performance.now();
}

const stalls = {
  "its own socket": () => {
    stallAtHeartbeat = heartbeats + 1;
  },
  "another socket": () => {
    const server = createServer((socket) =>
      socket.once("data", () => {
        stall();
        socket.destroy();
        server.close();
      }),
    );
    server.listen(0, "127.0.0.1", () =>
      connect(server.address().port, "127.0.0.1")
        .on("error", () => {})
        .write("x"),
    );
  },
  "a file callback": () => readFile(import.meta.filename, stall),
  "a promise": () => void readFileLater(import.meta.filename).then(stall),
  "a setImmediate": () => setImmediate(stall),
  "a timer": () => setTimeout(stall, 5),
};
