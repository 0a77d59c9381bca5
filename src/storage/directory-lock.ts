import { constants } from "node:fs";
import { open, readdir, rename, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { nanoid } from "nanoid";
import { RaftbeatError } from "../errors.js";

/**
 * A lock on a directory, held by a living process and by nothing else.
 *
 * Node has no flock, and a lock file with a pid in it lies: after kill -9 it stays, pids are used again, and two containers
 * each have a process 1. So a process that wants the directory listens on a Unix socket of a fresh name inside it, then tries to
 * connect to every other such socket. The kernel answers for the dead by refusing, at once and whatever killed them, and for
 * the living by accepting, even while they are stopped or blocked.
 *
 * Why two can never both hold it: a name appears only once its socket listens, and is used once, so a refused one is dead for
 * good, and only such are removed. Each shows its own name before it looks for others, so of any two the later one to
 * show itself sees the other. Two that come at the same moment may both be refused.
 *
 * It rests on one kernel seeing all users of the directory: other containers and network namespaces count, machines
 * that share a network file system do not.
 */
export interface DirectoryLock {
  /** Lets the next one in. Call it once. */
  release(): Promise<void>;
}

/**
 * Locks a directory for this caller alone.
 * @throws RaftbeatError `storeLocked`, or the system's error if there cannot be a lock
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const place = shortNameOf(directory, handle.fd);
  const name = `raftbeat-lock.${process.pid}.${nanoid(10)}`;
  let server: Server | null = null;
  const release = async () => {
    await removeDead(`${place}/${name}`);
    if (server !== null) await closed(server);
    await handle.close();
  };
  try {
    server = await listening(`${place}/${name}.new`);
    await show(directory, place, name);
    await refuseIfInUse(directory, place, name);
    return { release };
  } catch (error) {
    await release();
    throw error;
  }
}

const lockName = /^raftbeat-lock\.(\d+)\.[\w-]+(\.new)?$/;

/**
 * A name of the directory short enough for sockets in it: the system takes about a hundred bytes, and Node cuts off the rest
 * without a word. Elsewhere than on Linux the directory has only its own name; what is too long is then refused by `listening`.
 */
function shortNameOf(directory: string, fd: number): string {
  return process.platform === "linux" ? `/proc/self/fd/${fd}` : directory;
}

async function show(directory: string, place: string, name: string): Promise<void> {
  try {
    await rename(`${place}/${name}.new`, `${place}/${name}`);
  } catch (error) {
    // Another opener found the socket before it listened and took it for dead.
    if (codeOf(error) === "ENOENT") throw locked(directory, "another process that opens it now", error);
    throw error;
  }
}

async function refuseIfInUse(directory: string, place: string, ownName: string): Promise<void> {
  for (const entry of await readdir(place, { withFileTypes: true })) {
    const pid = lockName.exec(entry.name)?.[1];
    if (pid === undefined || entry.name === ownName || !entry.isSocket()) continue;
    const error = await connecting(`${place}/${entry.name}`);
    const code = codeOf(error);
    if (code === "ENOENT") continue;
    if (code !== "ECONNREFUSED" || mayStillLive(Number(pid)))
      throw locked(
        directory,
        `process ${pid} (as its own machine or container numbers it)`,
        error,
        entry.name,
      );
    await removeDead(`${place}/${entry.name}`);
  }
}

/** Only Linux refuses for the dead alone; elsewhere a full queue of a stopped listener looks the same. */
function mayStillLive(pid: number): boolean {
  if (process.platform === "linux") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

function locked(directory: string, by: string, cause: unknown, name = ""): RaftbeatError {
  const code = codeOf(cause);
  const isCertain = code === undefined || code === "EAGAIN" || code === "ENOENT";
  const doubt = isCertain ? "" : ` (${code}: if that has ended, remove ${name} there)`;
  return new RaftbeatError(
    "storeLocked",
    `the vote store in ${directory} is in use by ${by}${doubt}: a node's votes belong to one process; stop the other one, or give ` +
      "this one a directory of its own",
    cause === null ? {} : { cause },
  );
}

/** The longest path of a socket that every system takes. */
const socketPathByteCountMax = 103;

/** Listens in this very process, also in a worker of Node's cluster module, and keeps no process alive. */
function listening(path: string): Promise<Server> {
  if (Buffer.byteLength(path) > socketPathByteCountMax)
    throw Object.assign(new Error(`ENAMETOOLONG: ${path} is too long for a socket`), {
      code: "ENAMETOOLONG",
    });
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path, exclusive: true }, () => {
      // To listen is the lock; failing to accept takes nothing from it.
      server.on("error", () => {});
      server.unref();
      resolve(server);
    });
  });
}

/** Why no process answers at this socket, or null if one does. */
function connecting(path: string): Promise<Error | null> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(null);
    });
    socket.once("error", resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/** If it cannot be removed, the next one finds it as dead as it is. */
async function removeDead(path: string): Promise<void> {
  await unlink(path).catch(() => {});
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
