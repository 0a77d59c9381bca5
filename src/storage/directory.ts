import { constants } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { syncAll } from "./sync.js";

/**
 * Makes a directory, and those above it, where they are missing: for the user of this process alone.
 * A path that is there, as a directory or as something else, is left to the one that opens it.
 * @throws the error of the system
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
}

/**
 * Makes the names in a directory durable, and its own name in the directory above it, up to the root of its file system. Without the
 * latter a power loss could take a new directory away, with all that it holds. A directory above it that this process may not read
 * was there before: this process could not have made it.
 * @param path absolute
 * @throws the error of the system
 */
export async function syncDirectories(path: string): Promise<void> {
  const device = await syncDirectory(path, null);
  for (let child = path, above = dirname(path); above !== child; child = above, above = dirname(above)) {
    try {
      if ((await syncDirectory(above, device)) !== device) return;
    } catch (error) {
      if (!mayNotRead.includes((error as NodeJS.ErrnoException).code)) throw error;
    }
  }
}

/** By the rights of files, by those of macOS, and by Node's permission model. */
const mayNotRead: readonly (string | undefined)[] = ["EACCES", "EPERM", "ERR_ACCESS_DENIED"];

/** Syncs it if it is on this device, or whatever its device is; returns its device. */
async function syncDirectory(path: string, only: number | null): Promise<number> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const { dev } = await handle.stat();
    if (only === null || dev === only) await syncAll(handle);
    return dev;
  } finally {
    await handle.close();
  }
}
