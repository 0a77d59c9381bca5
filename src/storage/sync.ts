import { fdatasync, fsync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";

const syncDescriptor = promisify(fsync);
const syncDataOfDescriptor = promisify(fdatasync);

/**
 * By the descriptor, as the handles of Yarn's Plug'n'Play cannot sync; but Node's permission model refuses to sync a descriptor, and leaves
 * `process.permission` to be told by.
 */
const byHandle = process.permission !== undefined;

/** Brings a file or a directory to the disk. */
export function syncAll(handle: FileHandle): Promise<void> {
  return byHandle ? handle.sync() : syncDescriptor(handle.fd);
}

/** Brings the content of a file to the disk. */
export function syncData(handle: FileHandle): Promise<void> {
  return byHandle ? handle.datasync() : syncDataOfDescriptor(handle.fd);
}
