import { constants } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type DurableRecord, highestCount, isId } from "../protocol/index.js";
import { syncDirectories } from "./directory.js";
import { storeCorrupt } from "./store-error.js";
import { syncAll, syncData } from "./sync.js";
import { decodeSlot, encodeSlot, newestSlot, slotByteCount } from "./vote-slot.js";

/**
 * The vote file: two slots of fixed size that are there from the start, so that a full disk stops no update.
 *
 * A record goes into the slot that does not hold the newest one, so the other slot is whole whatever a crash does to that one. Then
 * `copy` puts it into the other slot too: from then on either slot may rot and the newest record is still there.
 */
export interface VoteFile {
  /** What was in the file when it was opened, or null if there was none. */
  readonly record: DurableRecord | null;
  /** Writes a record; it would survive a crash once this resolves. */
  write(record: DurableRecord): Promise<void>;
  /** Puts the newest record into the other slot as well. */
  copy(): Promise<void>;
  close(): Promise<void>;
}

/** The name of the vote file in its directory. */
export const voteFileName = "raftbeat-votes";

/**
 * Opens the vote file of a directory that is locked.
 * @param directory absolute
 * @param writesSync whether a write is durable when it returns: with O_DSYNC on Linux, in one trip to the disk's thread instead of two.
 *   Elsewhere `fdatasync` comes after it (on macOS alone that flushes the disk's own cache)
 * @throws RaftbeatError `storeCorrupt`, or the error of the system
 */
export async function openVoteFile(
  directory: string,
  writesSync = process.platform === "linux",
): Promise<VoteFile> {
  const path = join(directory, voteFileName);
  const syncFlag = writesSync ? constants.O_DSYNC : 0;
  let handle = await openIfThere(path, syncFlag);
  let record: DurableRecord | null = null;
  let seq = 0;
  let newestIndex: 0 | 1 = 0;
  let newestBytes: Buffer = Buffer.alloc(0);
  /** The last record found to be one that can be read back. */
  let checked: DurableRecord | null = null;

  async function write(next: DurableRecord): Promise<void> {
    const bytes = encodeSlot(seq + 1, next);
    if (bytes.length > slotByteCount)
      throw new Error(
        `the record takes ${bytes.length} bytes and a slot has ${slotByteCount}: too many members or too long addresses`,
      );
    if (checked === null || !differsInVoteAlone(next, checked)) checkReadable(bytes);
    checked = next;
    if (handle === null) handle = await createVoteFile(directory, bytes, syncFlag);
    else {
      await writeSlot(handle, otherIndex(), bytes);
      newestIndex = otherIndex();
    }
    seq++;
    newestBytes = bytes;
  }

  async function copy(): Promise<void> {
    if (handle !== null) await writeSlot(handle, otherIndex(), newestBytes);
  }

  async function writeSlot(file: FileHandle, index: 0 | 1, bytes: Buffer): Promise<void> {
    const { bytesWritten } = await file.write(bytes, 0, bytes.length, index * slotByteCount);
    if (bytesWritten !== bytes.length)
      throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were taken`);
    if (!writesSync) await syncData(file);
  }

  function otherIndex(): 0 | 1 {
    return newestIndex === 0 ? 1 : 0;
  }

  /**
   * What is read may have come from the page cache of a process that died before its fdatasync, or whose fdatasync failed, and nobody
   * may act on it yet. So it is written once more, in its own place first: the other slot may hold the last record that is
   * really on the disk. A power loss here does no harm, as a sector gets the bytes it had.
   */
  async function settle(existing: FileHandle): Promise<void> {
    const newest = await readNewest(existing, path);
    newestIndex = newest.index;
    ({ record, seq } = newest.slot);
    newestBytes = Buffer.from(newest.slot.bytes);
    await writeSlot(existing, newestIndex, newestBytes);
    await copy();
    await syncDirectories(directory);
  }

  if (handle !== null) {
    try {
      await settle(handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
  return { record, write, copy, close: async () => handle?.close() };
}

const fileByteCount = 2 * slotByteCount;

async function openIfThere(path: string, syncFlag: number): Promise<FileHandle | null> {
  try {
    // A link could lead two directories, each with a lock of its own, to one file; a FIFO must not block.
    return await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK | syncFlag);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    if (code === "ELOOP") throw storeCorrupt(path, "it is a symbolic link");
    if (code === "EISDIR" || code === "ENXIO") throw storeCorrupt(path, "it is no regular file");
    throw error;
  }
}

async function readNewest(handle: FileHandle, path: string) {
  const stat = await handle.stat();
  if (!stat.isFile()) throw storeCorrupt(path, "it is no regular file");
  if (stat.size !== fileByteCount)
    throw storeCorrupt(path, `it has ${stat.size} bytes, and a vote file has ${fileByteCount}`);
  const bytes = await handle.readFile();
  const slots = [bytes.subarray(0, slotByteCount), bytes.subarray(slotByteCount)] as const;
  const newest = newestSlot(decodeSlot(slots[0]), decodeSlot(slots[1]));
  if (!newest.ok) throw storeCorrupt(path, newest.problem);
  return newest;
}

/** Under another name first: a file of the right name is complete, whenever the process dies. */
async function createVoteFile(directory: string, bytes: Buffer, syncFlag: number): Promise<FileHandle> {
  const path = join(directory, voteFileName);
  const newPath = `${path}.new`;
  const handle = await open(
    newPath,
    constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | syncFlag,
    0o600,
  );
  try {
    const content = Buffer.alloc(fileByteCount);
    bytes.copy(content);
    bytes.copy(content, slotByteCount);
    await handle.writeFile(content);
    await syncAll(handle);
    await rename(newPath, path);
    await syncDirectories(directory);
    return handle;
  } catch (error) {
    await handle.close();
    await unlink(newPath).catch(() => {});
    throw error;
  }
}

/** Refuses what could not be read back: the record that is on disk stays. */
function checkReadable(bytes: Buffer): void {
  const slot = decodeSlot(bytes);
  if (slot.state === "unknown") throw new Error(`the record cannot be stored: ${slot.problem}`);
}

/** True for what elections write, and wait for, where all else stood the check in the record before. */
function differsInVoteAlone(record: DurableRecord, checked: DurableRecord): boolean {
  const { term, votedFor, configuration } = record;
  const was = checked.configuration;
  return (
    isTerm(term) &&
    (votedFor === null || isId(votedFor)) &&
    isTerm(configuration.id.term) &&
    configuration.id.version === was.id.version &&
    configuration.id.digest === was.id.digest &&
    configuration.voters === was.voters &&
    configuration.observers === was.observers &&
    record.voteHoldMs === checked.voteHoldMs &&
    record.incarnation === checked.incarnation &&
    record.incarnationsMet === checked.incarnationsMet &&
    record.startsMet === checked.startsMet &&
    record.run === checked.run
  );
}

function isTerm(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= highestCount;
}
