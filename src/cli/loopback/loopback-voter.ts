/** One of the voters that `study loopback` measures, in a process of its own: answers every frame, a `write` after writing a vote. */
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { foundingRecord, presets } from "../../protocol/index.js";
import { machineMs, systemSchedule } from "../../runtime/system-ports.js";
import { fileVoteStore } from "../../storage/file-vote-store.js";

/** What a voter answers to `write`. */
export interface VoterAnswer {
  readonly writeMs: number;
  /** How late its timers have fired since it answered last. */
  readonly latenessMs: readonly number[];
}

const [, , folder = ""] = process.argv;
mkdirSync(folder);
const store = fileVoteStore(folder);
const record = foundingRecord([{ id: "a", address: "ws://a", incarnation: null }], "one", 150);
let term = 0;
let latenessMs: number[] = [];

store.open((error) => {
  if (error !== null) throw error;
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (socket) =>
    socket.on("message", (frame) => {
      if (String(frame) !== "write") {
        socket.send(frame);
        return;
      }
      const beganMs = machineMs();
      store.write({ ...record, term: ++term }, (failure) => {
        if (failure !== null) throw failure;
        const answer: VoterAnswer = { writeMs: machineMs() - beganMs, latenessMs };
        latenessMs = [];
        socket.send(JSON.stringify(answer));
      });
    }),
  );
  server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
});

/** A timer as often as a node sets one. */
function watchTimers(): void {
  const dueMs = machineMs() + presets.lan.heartbeatIntervalMs;
  systemSchedule(presets.lan.heartbeatIntervalMs, () => {
    latenessMs.push(Math.max(0, machineMs() - dueMs));
    watchTimers();
  });
}
watchTimers();

// The one who asked is gone.
process.on("disconnect", () => process.exit());
