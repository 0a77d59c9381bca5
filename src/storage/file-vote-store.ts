import { resolve } from "node:path";
import PQueue from "p-queue";
import { RaftbeatError } from "../errors.js";
import type { DurableRecord } from "../protocol/index.js";
import type { VoteStore } from "../runtime/ports.js";
import { systemSchedule } from "../runtime/system-ports.js";
import { makeDirectory } from "./directory.js";
import { type DirectoryLock, lockDirectory } from "./directory-lock.js";
import { storeFailed } from "./store-error.js";
import { openVoteFile, type VoteFile } from "./vote-file.js";

/**
 * Keeps a node's record in a directory of its own, on a local disk that keeps what it has synced. Linux and macOS.
 *
 * `open` makes the directory, and those above it, where they are missing: with mode 0700, and durable before the first vote counts. An
 * empty directory is a first start. If it was emptied by mistake, or its volume is not mounted, the node comes back with a new
 * incarnation and those who met the old one refuse it as `amnesiac` (docs/protocol.md, rule 22); only a cluster emptied as
 * a whole does not notice.
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
  const files = new StoreFiles(resolve(directory));
  return {
    open(callback) {
      files.open().then(
        (record) => callback(null, record),
        (error) => callback(error, null),
      );
    },
    write: (record, callback) => files.write(record, callback),
    close: (callback) => void files.close().then(callback),
  };
}

/** The lock and the file of one store, while it is open. Opens, writes, copies and closes one after the other, in the order asked for. */
class StoreFiles {
  private readonly queue = new PQueue({ concurrency: 1 });
  private session: { readonly lock: DirectoryLock; readonly file: VoteFile } | null = null;
  private failure: RaftbeatError | null = null;
  /** Ends the wait for the next copy; null where every record is in both slots already, or about to be. */
  private cancelCopy: (() => void) | null = null;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  open(): Promise<DurableRecord | null> {
    return this.queue.add(() => this.openNow());
  }

  write(record: DurableRecord, callback: (error: RaftbeatError | null) => void): void {
    const { queue } = this;
    if (queue.size >= waitingCountMax)
      this.failure ??= this.failed("write", new Error(`${queue.size} operations wait for the disk`));
    const refusal = this.failure;
    if (refusal !== null) {
      queueMicrotask(() => callback(refusal));
      return;
    }
    this.cancelCopy?.();
    queue.add(() => this.change((file) => file.write(record))).then(() => callback(null), callback);
    this.cancelCopy = systemSchedule(copyAfterMs, () => this.copy());
  }

  close(): Promise<void> {
    this.cancelCopy?.();
    if (this.cancelCopy !== null) this.copy();
    return this.queue.add(() => this.closeNow());
  }

  private async openNow(): Promise<DurableRecord | null> {
    if (this.session !== null)
      throw new RaftbeatError(
        "storeLocked",
        `the vote store ${this.path} is open already in this process (${process.pid})`,
      );
    try {
      await makeDirectory(this.path);
      const lock = await lockDirectory(this.path);
      const file = await openVoteFile(this.path).catch(async (error: unknown) => {
        await lock.release();
        throw error;
      });
      this.session = { lock, file };
      this.failure = null;
      return file.record;
    } catch (error) {
      throw this.failed("open", error);
    }
  }

  /** Does something to the file that must not fail: if it does, nothing is written any more. */
  private async change(work: (file: VoteFile) => Promise<void>): Promise<void> {
    try {
      if (this.failure !== null) throw this.failure;
      if (this.session === null) throw new Error("it is not open");
      await work(this.session.file);
    } catch (error) {
      this.failure ??= this.failed("write", error);
      throw this.failure;
    }
  }

  /** A copy that fails makes the next write fail. */
  private copy(): void {
    this.cancelCopy = null;
    this.queue.add(() => this.change((file) => file.copy())).catch(() => {});
  }

  private async closeNow(): Promise<void> {
    const { lock, file } = this.session ?? {};
    this.session = null;
    // What was told to be durable is durable: closing can lose nothing.
    await file?.close().catch(() => {});
    await lock?.release().catch(() => {});
  }

  private failed(what: "open" | "write", error: unknown): RaftbeatError {
    return error instanceof RaftbeatError ? error : storeFailed(this.path, what, error);
  }
}

/** A copy waits until the votes of an election are through: it would take the disk and the cores from those who wait for them. */
const copyAfterMs = 100;

/** A disk that stalls for longer fails the store, so that nothing grows without bound. */
const waitingCountMax = 1024;
