import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { RaftbeatError } from "../../errors.js";
import { presets } from "../../protocol/index.js";
import { machineMs, systemSchedule } from "../../runtime/system-ports.js";
import type { VoterAnswer } from "./loopback-voter.js";

/** What this machine takes for the parts of an election, in milliseconds, as often as it was measured. */
export interface LoopbackSamples {
  /** From one process to another and back, over WebSockets, all voters asked at once. */
  readonly roundTripsMs: readonly number[];
  /** A durable write of a vote: of one voter, of all others at once, of all at once, as an election has them. */
  readonly writesMs: readonly number[];
  /** How late the voters' timers fire. */
  readonly latenessMs: readonly number[];
}

/** Being gathered. */
type Gathered = { readonly [part in keyof LoopbackSamples]: number[] };

/** Voters are replaced, as the replicas are that lead and are killed in turn. */
const generationCount = 2;

/**
 * Measures the voters that a cluster of `nodes` has left without its leader, as an election asks them: all at once, each in a process of its
 * own that is as young as a replica. Takes about two seconds.
 * @throws RaftbeatError `aborted` by the signal
 */
export async function measureLoopback(nodes: number, signal: AbortSignal): Promise<LoopbackSamples> {
  const folder = await mkdtemp(join(tmpdir(), "raftbeat-loopback-"));
  const samples = nothing();
  try {
    for (let generation = 0; generation < generationCount; generation++)
      await measureVoters(nodes, join(folder, String(generation)), samples, signal);
    return samples;
  } catch (cause) {
    if (signal.aborted) throw new RaftbeatError("aborted", "interrupted", { cause });
    throw cause;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function nothing(): Gathered {
  return { roundTripsMs: [], writesMs: [], latenessMs: [] };
}

async function measureVoters(
  nodes: number,
  folder: string,
  samples: Gathered,
  signal: AbortSignal,
): Promise<void> {
  const program = fileURLToPath(new URL("./loopback-voter.js", import.meta.url));
  await mkdir(folder);
  const processes = Array.from({ length: nodes - 1 }, (_, index) =>
    fork(program, [join(folder, String(index))], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  );
  try {
    const voters = await Promise.all(processes.map((process) => connect(process, signal)));
    // Does for the first time what a replica does for the first time when it joins, long before its leader dies.
    await measureElection(voters, 0, nothing(), signal);
    for (let election = 0; election < nodes; election++)
      await measureElection(voters, election % voters.length, samples, signal);
  } finally {
    for (const process of processes) process.kill("SIGKILL");
  }
}

/** The messages and writes of an election, more or less: what they wait for is not decided here, but in the simulator. */
async function measureElection(
  voters: readonly WebSocket[],
  candidate: number,
  samples: Gathered,
  signal: AbortSignal,
): Promise<void> {
  const write = async (some: readonly WebSocket[]) => {
    for (const { text } of await ask(some, "write", signal)) {
      const { writeMs, latenessMs } = JSON.parse(text) as VoterAnswer;
      samples.writesMs.push(writeMs);
      samples.latenessMs.push(...latenessMs);
    }
  };
  await pause(signal);
  for (const { afterMs } of await ask(voters, heartbeat, signal)) samples.roundTripsMs.push(afterMs);
  // A candidate votes for itself, then the others for it, and then all write the configuration it confirms.
  await write(voters.slice(candidate, candidate + 1));
  await write(voters.filter((_, index) => index !== candidate));
  await write(voters);
}

/** About as long as the messages of an election. */
const heartbeat = "x".repeat(200);

async function connect(process: ChildProcess, signal: AbortSignal): Promise<WebSocket> {
  const gone = once(process, "exit").then(([code]) => {
    throw new RaftbeatError(
      "internal",
      `a voter that was to be measured ended by itself (exit code ${code})`,
    );
  });
  const [port] = (await Promise.race([once(process, "message", { signal }), gone])) as [number];
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await once(socket, "open", { signal });
  return socket;
}

/** Sends a frame to all at once; gives the answers, and how long each took. */
function ask(
  voters: readonly WebSocket[],
  frame: string,
  signal: AbortSignal,
): Promise<{ text: string; afterMs: number }[]> {
  return Promise.all(
    voters.map(async (socket) => {
      const sentMs = machineMs();
      socket.send(frame);
      const [answer] = await once(socket, "message", { signal });
      return { text: String(answer), afterMs: machineMs() - sentMs };
    }),
  );
}

/** A heartbeat interval: in a busy loop caches would be warm and the disk awake. */
function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    systemSchedule(presets.lan.heartbeatIntervalMs, resolve);
  });
}
