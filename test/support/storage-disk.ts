import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";

/** What all file handles of this process share: a test that spies on it stands between a store and the disk. */
export async function fileHandlePrototype(): Promise<FileHandle> {
  const handle = await open(tmpdir());
  await handle.close();
  return Object.getPrototypeOf(handle);
}
