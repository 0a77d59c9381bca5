import { execFileSync } from "node:child_process";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { fileVoteStore } from "../../src/storage/file-vote-store.js";
import { voteFileName } from "../../src/storage/vote-file.js";
import { slotByteCount } from "../../src/storage/vote-slot.js";
import { anEmptyDirectory, aRecord, closed, opened, written } from "./support/stores.js";

const mayMount = process.getuid?.() === 0 && runs("mount", "--version") && canMount();
if (!mayMount) console.warn("full-disk tests are skipped: this user may not mount a tmpfs");

describe.skipIf(!mayMount)("on a real file system of its own, the file vote store", () => {
  test("writes on when the disk is full: its slots were there from the start", async () => {
    const directory = await aSmallDisk();
    const store = fileVoteStore(directory);
    await opened(store);
    await written(store, aRecord(1));
    await fill(directory);
    for (let term = 2; term < 10; term++) await written(store, aRecord(term));
    await closed(store);
    expect(await opened(store)).toEqual(aRecord(9));
    await closed(store);
  });

  test("says that a full disk has no room for its first record, and starts once it has", async () => {
    const directory = await aSmallDisk();
    await fill(directory);
    const store = fileVoteStore(directory);
    expect(await opened(store)).toBeNull();
    const refused = written(store, aRecord(1));
    await expect(refused).rejects.toMatchObject({ code: "storeFailed", cause: { code: "ENOSPC" } });
    await expect(refused).rejects.toThrowError(`${directory}: ENOSPC`);
    await expect(refused).rejects.toThrowError(/free space on its disk/);
    await expect(written(store, aRecord(2))).rejects.toMatchObject({ cause: { code: "ENOSPC" } });
    await closed(store);
    expect(await readdir(directory)).toEqual(["ballast"]);
    await rm(join(directory, "ballast"));
    expect(await opened(store)).toBeNull();
    await written(store, aRecord(1));
    await closed(store);
    expect(await opened(store)).toEqual(aRecord(1));
    await closed(store);
  });

  test("keeps its record when the disk has no room to overwrite a slot", async () => {
    const directory = await aSmallDisk();
    const store = fileVoteStore(directory);
    await opened(store);
    await written(store, aRecord(1));
    await closed(store);
    expect(await opened(store)).toEqual(aRecord(1));
    // As on a disk that copies on write: the next write needs room that is gone.
    const file = join(directory, voteFileName);
    const hole = [`--offset=${slotByteCount}`, `--length=${slotByteCount}`];
    execFileSync("fallocate", ["--punch-hole", ...hole, file]);
    await fill(directory);
    await expect(written(store, aRecord(2))).rejects.toMatchObject({ cause: { code: "ENOSPC" } });
    await expect(written(store, aRecord(3))).rejects.toMatchObject({ cause: { code: "ENOSPC" } });
    await closed(store);
    await expect(opened(store)).rejects.toMatchObject({ code: "storeFailed", cause: { code: "ENOSPC" } });
    await rm(join(directory, "ballast"));
    expect(await opened(store)).toEqual(aRecord(1));
    await closed(store);
  });

  test("says that it may not write to a read-only disk, and has lost nothing once it may", async () => {
    const directory = await aSmallDisk();
    const store = fileVoteStore(directory);
    await opened(store);
    await written(store, aRecord(1));
    await closed(store);
    execFileSync("mount", ["-o", "remount,ro", directory]);
    const refused = opened(store);
    await expect(refused).rejects.toMatchObject({ code: "storeFailed", cause: { code: "EROFS" } });
    await expect(refused).rejects.toThrowError(/cannot open the vote store .*EROFS.* mounted for writing/);
    execFileSync("mount", ["-o", "remount,rw", directory]);
    expect(await opened(store)).toEqual(aRecord(1));
    await closed(store);
  });
});

/** A mounted tmpfs with room for little more than a vote file. */
async function aSmallDisk(): Promise<string> {
  const directory = join(await anEmptyDirectory(), "disk");
  await mkdir(directory);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "raftbeat-test", directory]);
  onTestFinished(() => void execFileSync("umount", [directory]));
  return directory;
}

async function fill(directory: string): Promise<void> {
  const handle = await open(join(directory, "ballast"), "w");
  try {
    for (;;) await handle.write(Buffer.alloc(4096));
  } catch (error) {
    expect(error).toMatchObject({ code: "ENOSPC" });
  } finally {
    await handle.close();
  }
}

function canMount(): boolean {
  return runs("unshare", "--mount", "mount", "-t", "tmpfs", "raftbeat-test", "/mnt");
}

function runs(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
