import { execFileSync } from "node:child_process";
import { mkdir, readdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, onTestFinished, test } from "vitest";
import { builtFile } from "../../src/built-file.js";
import { type DirectoryLock, lockDirectory } from "../../src/storage/directory-lock.js";
import { fileVoteStore } from "../../src/storage/file-vote-store.js";
import { startStoreProcess } from "./support/process.js";
import { anEmptyDirectory, aRecord, closed, opened, written } from "./support/stores.js";

describe("the lock of a vote store", () => {
  test("refuses a second process and names the first", async () => {
    const directory = await anEmptyDirectory();
    const holder = startStoreProcess("hold", [directory]);
    await holder.saying("0 open");
    const refused = opened(fileVoteStore(directory));
    await expect(refused).rejects.toMatchObject({ code: "storeLocked" });
    await expect(refused).rejects.toThrowError(`in use by process ${holder.child.pid} `);
    await expect(refused).rejects.toThrowError(directory);
  });

  test("is free the moment its process is gone after kill -9, with nothing to clean up by hand", async () => {
    const directory = await anEmptyDirectory();
    for (let round = 0; round < 3; round++) {
      const holder = startStoreProcess("hold", [directory]);
      await holder.saying("0 open");
      await holder.kill();
      expect(await readdir(directory)).toHaveLength(1);
      const store = fileVoteStore(directory);
      expect(await opened(store)).toBeNull();
      await closed(store);
      expect(await readdir(directory)).toEqual([]);
    }
  });

  test("is not taken from a process that is stopped, however often it is tried", async () => {
    const directory = await anEmptyDirectory();
    const holder = startStoreProcess("hold", [directory]);
    await holder.saying("0 open");
    holder.child.kill("SIGSTOP");
    // More than a listener's queue holds.
    for (let attempt = 0; attempt < 600; attempt++)
      await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "storeLocked" });
    holder.child.kill("SIGCONT");
    await expect(opened(fileVoteStore(directory))).rejects.toMatchObject({ code: "storeLocked" });
  });

  test("is not taken from a process whose event loop is blocked", async () => {
    const directory = await anEmptyDirectory();
    const lock = await lockDirectory(directory);
    expect(openedByAnotherProcess(directory)).toBe("storeLocked");
    await lock.release();
  });

  test("holds in another container: with its own processes, network and mounts", async ({ skip }) => {
    const unshare = ["unshare", "--net", "--pid", "--mount", "--fork", "--kill-child"];
    try {
      execFileSync(unshare[0] as string, [...unshare.slice(1), "true"], { stdio: "ignore" });
    } catch {
      skip("this user may not make namespaces");
    }
    const directory = await anEmptyDirectory();
    const lock = await lockDirectory(directory);
    const inside = startStoreProcess("hold", [directory], unshare);
    await inside.saying("0 refused storeLocked");
    await lock.release();
    const holder = startStoreProcess("hold", [directory], unshare);
    await holder.saying("0 open");
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "storeLocked" });
    await holder.kill();
  });

  test("holds between the threads of one process, and ends with its thread", async () => {
    const directory = await anEmptyDirectory();
    const module = builtFile("storage/file-vote-store.js").href;
    const code = `
      import(${JSON.stringify(module)}).then(({ fileVoteStore }) =>
        fileVoteStore(${JSON.stringify(directory)}).open((error) =>
          require("node:worker_threads").parentPort.postMessage(error?.code ?? "open")));
      setInterval(() => {}, 1000);`;
    const started = () => {
      const worker = new Worker(code, { eval: true });
      onTestFinished(async () => void (await worker.terminate()));
      return { worker, answer: new Promise((resolve) => worker.once("message", resolve)) };
    };
    const first = started();
    expect(await first.answer).toBe("open");
    expect(await started().answer).toBe("storeLocked");
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "storeLocked" });
    await first.worker.terminate();
    await (await lockDirectory(directory)).release();
  });

  test("is the same whatever name the directory goes by, and follows it when it is moved", async () => {
    const directory = await anEmptyDirectory();
    await mkdir(join(directory, "real"));
    await symlink("real", join(directory, "alias"));
    const store = fileVoteStore(join(directory, "alias"));
    await opened(store);
    await expect(lockDirectory(join(directory, "real"))).rejects.toMatchObject({ code: "storeLocked" });
    await rename(join(directory, "real"), join(directory, "moved"));
    await expect(lockDirectory(join(directory, "moved"))).rejects.toMatchObject({ code: "storeLocked" });
    await closed(store);
    expect(await readdir(join(directory, "moved"))).toEqual([]);
  });

  test("works in a directory whose path is longer than that of a socket may be", async ({ skip }) => {
    if (process.platform !== "linux") skip("only Linux has a short name for every open directory");
    const directory = join(await anEmptyDirectory(), "x".repeat(200), "y".repeat(200));
    await mkdir(directory, { recursive: true });
    const store = fileVoteStore(directory);
    await opened(store);
    await written(store, aRecord(1));
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "storeLocked" });
    await closed(store);
    expect(await readdir(directory)).toEqual(["raftbeat-votes"]);
  });

  test("of many that come at the same moment, one at most gets in, and they leave nothing behind", async () => {
    const directory = await anEmptyDirectory();
    for (let round = 0; round < 60; round++) {
      const attempts = await Promise.allSettled(Array.from({ length: 6 }, () => lockDirectory(directory)));
      const locks = attempts.filter((attempt) => attempt.status === "fulfilled").map(({ value }) => value);
      expect(locks.length).toBeLessThanOrEqual(1);
      for (const attempt of attempts)
        if (attempt.status === "rejected") expect(attempt.reason).toMatchObject({ code: "storeLocked" });
      await Promise.all(locks.map((lock: DirectoryLock) => lock.release()));
      expect(await readdir(directory)).toEqual([]);
    }
  });

  test("is not taken by who let it go or was refused, and can be taken again after", async () => {
    const directory = await anEmptyDirectory();
    for (let round = 0; round < 5; round++) {
      const lock = await lockDirectory(directory);
      await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "storeLocked" });
      await lock.release();
    }
  });

  test("leaves foreign files alone, also those that look like its own", async () => {
    const directory = await anEmptyDirectory();
    const names = ["raftbeat-lock.1.abcdefghij", "raftbeat-lock.x", "notes.txt"];
    for (const name of names) await writeFile(join(directory, name), "mine");
    const lock = await lockDirectory(directory);
    await lock.release();
    expect((await readdir(directory)).sort()).toEqual([...names].sort());
  });

  test("keeps no process alive", async () => {
    const directory = await anEmptyDirectory();
    expect(openedByAnotherProcess(directory)).toBe("open");
  });
});

/** Opens the store in a process of its own, which then ends by itself; blocks this process until it has. */
function openedByAnotherProcess(directory: string): string {
  const module = builtFile("storage/file-vote-store.js").href;
  const code = `import { fileVoteStore } from ${JSON.stringify(module)};
    fileVoteStore(${JSON.stringify(directory)}).open((error) => console.log(error?.code ?? "open"));`;
  const args = ["--input-type=module", "--eval", code];
  return execFileSync(process.execPath, args, { timeout: 10_000, encoding: "utf8" }).trim();
}
