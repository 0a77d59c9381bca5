import { fdatasync, fsync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";

const syncDescriptor = promisify(fsync);
const syncDataOfDescriptor = promisify(fdatasync);

// The handles of Yarn's Plug'n'Play have no `sync`, and Node's permission model refuses to sync a descriptor.

/** Brings a file or a directory to the disk. */
export function syncAll(handle: FileHandle): Promise<void> {
  return typeof handle.sync === "function" ? handle.sync() : syncDescriptor(handle.fd);
}

/** Brings the content of a file to the disk. */
export function syncData(handle: FileHandle): Promise<void> {
  return typeof handle.datasync === "function" ? handle.datasync() : syncDataOfDescriptor(handle.fd);
}
