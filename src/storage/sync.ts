import { fdatasync, fsync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";

const syncDescriptor = promisify(fsync);
const syncDataOfDescriptor = promisify(fdatasync);

/** Brings a file or a directory to the disk. By its descriptor: the handles of Yarn's Plug'n'Play have no `sync`. */
export function syncAll(handle: FileHandle): Promise<void> {
  return syncDescriptor(handle.fd);
}

/** Brings the content of a file to the disk. */
export function syncData(handle: FileHandle): Promise<void> {
  return syncDataOfDescriptor(handle.fd);
}
