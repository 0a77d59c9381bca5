import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename } from "node:path";

/** What all file handles of this process share: a test that spies on it stands between a store and the disk. */
export async function fileHandlePrototype(): Promise<FileHandle> {
  const handle = await open(tmpdir());
  await handle.close();
  return Object.getPrototypeOf(handle);
}

/** Said to a process that is dead: it can do nothing any more, not even tidy up. */
export class Dead extends Error {}

interface File {
  /** What every process reads: the page cache. */
  cache: Buffer;
  /** What a power loss leaves. */
  disk: Buffer;
  /** What a sync would still bring from the one to the other. */
  dirty: { readonly offset: number; readonly bytes: Buffer }[];
}

/** Smaller than any real sector, so that records tear in more places. */
const sectorByteCount = 64;

/**
 * One directory on a disk as bad as POSIX allows: what was not synced reaches it sector by sector, in any order or never; a failed sync
 * forgets what it did not bring; names survive only a sync of the directory. Stands in for `node:fs/promises`.
 */
export class SimulatedDisk {
  /** The directory. It is new: a power loss takes it away, unless the one above it was synced. */
  static readonly directory = "/votes";
  private directoryIsDurable = false;
  private names = new Map<string, File>();
  private durableNames = new Map<string, File>();
  private processCount = 0;
  private operationsLeft = Number.POSITIVE_INFINITY;
  private syncsUntilFailure = Number.POSITIVE_INFINITY;
  private readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** Begins a process that dies inside its operation of this number, and whose sync of that number fails. */
  startProcess(operationsLeft: number, syncsUntilFailure: number): void {
    this.processCount++;
    this.operationsLeft = operationsLeft;
    this.syncsUntilFailure = syncsUntilFailure;
  }

  /** Ends the process, and all that only the page cache held. */
  losePower(): void {
    this.killProcess();
    const durableNames = this.directoryIsDurable ? this.durableNames : new Map<string, File>();
    const names = this.random() < 0.5 ? this.names : durableNames;
    for (const file of new Set(names.values())) {
      bringSome(file, this.random);
      file.dirty = [];
      file.cache = Buffer.from(file.disk);
    }
    this.names = new Map(names);
    this.durableNames = new Map(names);
  }

  /** Ends the process; the page cache stays. */
  killProcess(): void {
    this.startProcess(0, 0);
  }

  /** Replaces `open` of `node:fs/promises`. */
  readonly open = async (path: string, flags: number) => {
    this.operate();
    const name = basename(path);
    if (!name.startsWith("raftbeat-")) return this.directoryHandle(path);
    if ((flags & constants.O_CREAT) !== 0)
      this.names.set(name, { cache: Buffer.alloc(0), disk: Buffer.alloc(0), dirty: [] });
    const file = this.names.get(name);
    if (file === undefined) throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
    return this.fileHandle(file, (flags & constants.O_DSYNC) !== 0);
  };

  /** Replaces `rename`. */
  readonly rename = async (from: string, to: string) => {
    this.operate();
    this.names.set(basename(to), this.names.get(basename(from)) as File);
    this.names.delete(basename(from));
  };

  /** Replaces `unlink`. */
  readonly unlink = async (path: string) => {
    this.operate();
    this.names.delete(basename(path));
  };

  private directoryHandle(path: string) {
    const sync = async () => {
      this.operate();
      if (path !== SimulatedDisk.directory) {
        this.directoryIsDurable = true;
        return;
      }
      this.durableNames = new Map(this.names);
    };
    return { stat: async () => ({ dev: 1 }), sync, close: async () => {} };
  }

  private fileHandle(file: File, writesSync: boolean) {
    const operate = this.operationsOf(this.processCount);
    const write = async (bytes: Buffer, start: number, length: number, offset: number) => {
      const given = bytes.subarray(start, start + length);
      // Who dies inside a write leaves a part of it.
      const taken = operate(() => given.subarray(0, Math.floor(this.random() * given.length)), given);
      file.cache = overwritten(file.cache, offset, taken.bytes);
      file.dirty.push({ offset, bytes: taken.bytes });
      if (taken.died) throw new Dead();
      if (writesSync) await sync();
      return { bytesWritten: length, buffer: bytes };
    };
    const sync = async () => {
      if (operate(() => null, null).died) throw new Dead();
      const fails = --this.syncsUntilFailure === 0;
      if (fails) bringSome(file, this.random);
      else bringAll(file);
      file.dirty = [];
      if (fails) throw Object.assign(new Error("EIO"), { code: "EIO" });
    };
    return {
      stat: async () => ({ isFile: () => true, size: file.cache.length }),
      readFile: async () => file.cache,
      write,
      writeFile: (bytes: Buffer) => write(bytes, 0, bytes.length, 0),
      datasync: sync,
      sync,
      close: async () => {},
    };
  }

  /** Counts an operation of a process; the one it dies in gets what it leaves behind. */
  private operationsOf(process: number) {
    return <Result>(dying: () => Result, living: Result): { bytes: Result; died: boolean } => {
      if (process !== this.processCount || this.operationsLeft <= 0) throw new Dead();
      this.operationsLeft--;
      return this.operationsLeft === 0 ? { bytes: dying(), died: true } : { bytes: living, died: false };
    };
  }

  private operate(): void {
    if (this.operationsLeft <= 0) throw new Dead();
    this.operationsLeft--;
  }
}

function bringAll(file: File): void {
  for (const { offset, bytes } of file.dirty) file.disk = overwritten(file.disk, offset, bytes);
}

function bringSome(file: File, random: () => number): void {
  for (const { offset, bytes } of file.dirty) {
    // A slot is many sectors, most of them empty: some losses are of all, some of none, some of any.
    const luck = random() * 1.5 - 0.25;
    const brought: number[] = [];
    for (let start = 0; start < bytes.length; start += sectorByteCount)
      if (random() < luck) brought.push(start);
    // The last first, so that a file grows once.
    for (const start of brought.reverse())
      file.disk = overwritten(file.disk, offset + start, bytes.subarray(start, start + sectorByteCount));
  }
}

function overwritten(content: Buffer, offset: number, bytes: Buffer): Buffer {
  const needed = offset + bytes.length;
  const result = needed > content.length ? Buffer.concat([content], needed) : content;
  bytes.copy(result, offset);
  return result;
}
