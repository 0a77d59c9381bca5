import { resolve } from "node:path";
import PQueue from "p-queue";
import { RaftbeatError } from "../errors.js";
import type { DurableRecord } from "../protocol/index.js";
import type { VoteStore } from "../runtime/ports.js";
import { systemSchedule } from "../runtime/system-ports.js";
import { type DirectoryLock, lockDirectory } from "./directory-lock.js";
import { storeFailed } from "./store-error.js";
import { openVoteFile, type VoteFile } from "./vote-file.js";

/**
 * Keeps a node's record in a directory of its own, on a local disk that keeps what it has synced. Linux and macOS.
 *
 * The directory must exist: one that was created here would hide a volume that is not mounted. An empty one is a first start. If it
 * was emptied by mistake, the node comes back with a new incarnation and those who met the old one refuse it as
 * `amnesiac` (docs/protocol.md, rule 22); only a cluster emptied as a whole does not notice.
 *
 * After a write has failed every later one fails too, until the store is closed and opened again. `open` fails with `storeLocked`,
 * `storeCorrupt` or `storeFailed`, `write` with `storeFailed`.
 *
 * @param directory relative to the working directory at the time of this call
 * @throws RaftbeatError `invalidSettings` for an empty path
 * @example
 * const elector = await createElector({ ...options, store: fileVoteStore("/var/lib/billing/election") });
 */
export function fileVoteStore(directory: string): VoteStore {
  if (typeof directory !== "string" || directory === "")
    throw new RaftbeatError(
      "invalidSettings",
      `the directory of a vote store (${String(directory)}) must be a path that is not empty`,
    );
  const path = resolve(directory);
  /** Opening, writing, copying and closing, one after the other in the order asked for. */
  const queue = new PQueue({ concurrency: 1 });
  let session: { readonly lock: DirectoryLock; readonly file: VoteFile } | null = null;
  let failure: RaftbeatError | null = null;
  /** Ends the wait for the next copy; null where every record is in both slots already, or about to be. */
  let cancelCopy: (() => void) | null = null;

  async function open(): Promise<DurableRecord | null> {
    if (session !== null)
      throw new RaftbeatError(
        "storeLocked",
        `the vote store ${path} is open already in this process (${process.pid})`,
      );
    try {
      const lock = await lockDirectory(path);
      const file = await openVoteFile(path).catch(async (error: unknown) => {
        await lock.release();
        throw error;
      });
      session = { lock, file };
      failure = null;
      return file.record;
    } catch (error) {
      throw asStoreError("open", error);
    }
  }

  /** Does something to the file that must not fail: if it does, nothing is written any more. */
  async function change(work: (file: VoteFile) => Promise<void>): Promise<void> {
    try {
      if (failure !== null) throw failure;
      if (session === null) throw new Error("it is not open");
      await work(session.file);
    } catch (error) {
      failure ??= asStoreError("write", error);
      throw failure;
    }
  }

  /** A copy that fails makes the next write fail. */
  function copy(): void {
    cancelCopy = null;
    queue.add(() => change((file) => file.copy())).catch(() => {});
  }

  async function close(): Promise<void> {
    const { lock, file } = session ?? {};
    session = null;
    // What was told to be durable is durable: closing can lose nothing.
    await file?.close().catch(() => {});
    await lock?.release().catch(() => {});
  }

  function asStoreError(what: "open" | "write", error: unknown): RaftbeatError {
    return error instanceof RaftbeatError ? error : storeFailed(path, what, error);
  }

  return {
    open(callback) {
      queue.add(open).then(
        (record) => callback(null, record),
        (error) => callback(error, null),
      );
    },
    write(record, callback) {
      if (queue.size >= waitingCountMax)
        failure ??= storeFailed(path, "write", new Error(`${queue.size} operations wait for the disk`));
      if (failure !== null) {
        const refusal = failure;
        queueMicrotask(() => callback(refusal));
        return;
      }
      cancelCopy?.();
      queue.add(() => change((file) => file.write(record))).then(() => callback(null), callback);
      cancelCopy = systemSchedule(copyAfterMs, copy);
    },
    close(callback) {
      cancelCopy?.();
      if (cancelCopy !== null) copy();
      queue.add(close).then(callback);
    },
  };
}

/** A copy waits until the votes of an election are through: it would take the disk and the cores from those who wait for them. */
const copyAfterMs = 100;

/** A disk that stalls for longer fails the store, so that nothing grows without bound. */
const waitingCountMax = 1024;
