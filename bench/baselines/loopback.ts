import { once } from "node:events";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { median } from "../../dist/quantiles.js";
import { startChild } from "../processes/child.js";

/** What this machine takes for a round trip between two processes, and for a durable write: medians, in milliseconds. */
export async function measureLoopback(): Promise<{ readonly roundTripMs: number; readonly writeMs: number }> {
  return { roundTripMs: await roundTrip(), writeMs: await durableWrite() };
}

/** In milliseconds: the median of bare ws. */
export async function roundTrip(): Promise<number> {
  const pong = startChild("./bare-ws.js", ["pong"]);
  const { url } = await pong.next<{ readonly kind: "ready"; readonly url: string }>("ready");
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  const timesMs: number[] = [];
  for (let index = 0; index < 200; index++) {
    const sentAtMs = performance.now();
    socket.send("x".repeat(40));
    await once(socket, "message");
    timesMs.push(performance.now() - sentAtMs);
    // As far apart as elections are: a busy loop would measure warm caches.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  socket.terminate();
  await pong.end();
  return median(timesMs);
}

async function durableWrite(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "raftbeat-bench-"));
  const file = openSync(join(directory, "file"), "w");
  const block = Buffer.alloc(512, 120);
  const timesMs: number[] = [];
  for (let index = 0; index < 200; index++) {
    const beganAtMs = performance.now();
    writeSync(file, block, 0, block.length, (index % 2) * 4096);
    fdatasyncSync(file);
    timesMs.push(performance.now() - beganAtMs);
  }
  closeSync(file);
  rmSync(directory, { recursive: true });
  return median(timesMs);
}
