import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { RaftbeatError } from "../errors.js";
import { foundingRecord } from "../protocol/index.js";
import { machineMs, systemSchedule } from "../runtime/system-ports.js";
import { fileVoteStore } from "../storage/file-vote-store.js";

/** What this machine takes for the parts of an election, in milliseconds, as often as it was measured. */
export interface LoopbackSamples {
  /** From one process to another and back, over WebSockets. */
  readonly roundTripsMs: readonly number[];
  /** A durable write of a vote. */
  readonly writesMs: readonly number[];
  /** How late a timer fires. */
  readonly latenessMs: readonly number[];
}

const sampleCount = 100;
/** Elections are far apart: in a busy loop caches would be warm and the disk awake. */
const gapMs = 10;

/** Measures them one after the other, in a few seconds. Errors: `aborted` by the signal. */
export async function measureLoopback(signal: AbortSignal): Promise<LoopbackSamples> {
  try {
    return await measure(signal);
  } catch (cause) {
    if (signal.aborted) throw new RaftbeatError("aborted", "interrupted", { cause });
    throw cause;
  }
}

async function measure(signal: AbortSignal): Promise<LoopbackSamples> {
  const roundTripsMs = await roundTrips(signal);
  const writesMs = await writes(signal);
  const latenessMs: number[] = [];
  while (latenessMs.length < sampleCount) {
    const dueMs = machineMs() + gapMs;
    await pause(signal);
    latenessMs.push(Math.max(0, machineMs() - dueMs));
  }
  return { roundTripsMs, writesMs, latenessMs };
}

async function roundTrips(signal: AbortSignal): Promise<number[]> {
  const echo = fork(fileURLToPath(new URL("./loopback-echo.js", import.meta.url)), { stdio: "ignore" });
  const timesMs: number[] = [];
  try {
    const [port] = (await once(echo, "message", { signal })) as [number];
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    await once(socket, "open", { signal });
    while (timesMs.length < sampleCount) {
      await pause(signal);
      const sentMs = machineMs();
      socket.send("x".repeat(200));
      await once(socket, "message", { signal });
      timesMs.push(machineMs() - sentMs);
    }
    socket.terminate();
  } finally {
    echo.kill("SIGKILL");
  }
  return timesMs;
}

async function writes(signal: AbortSignal): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), "raftbeat-loopback-"));
  const store = fileVoteStore(folder);
  const timesMs: number[] = [];
  try {
    await new Promise<void>((resolve, reject) =>
      store.open((error) => (error === null ? resolve() : reject(error))),
    );
    const record = foundingRecord([{ id: "a", address: "ws://a", incarnation: null }], "one", 150);
    while (timesMs.length < sampleCount) {
      await pause(signal);
      const beganMs = machineMs();
      await new Promise<void>((resolve, reject) =>
        store.write({ ...record, term: timesMs.length + 1 }, (error) =>
          error === null ? resolve() : reject(error),
        ),
      );
      timesMs.push(machineMs() - beganMs);
    }
  } finally {
    await new Promise<void>((resolve) => store.close(resolve));
    await rm(folder, { recursive: true, force: true });
  }
  return timesMs;
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    systemSchedule(gapMs, resolve);
  });
}
