import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  configurationOf,
  highestCount,
  longestAddressChars,
  longestIdChars,
  maxMemberCount,
} from "../../src/protocol/index.js";
import type { VoteStore } from "../../src/runtime/ports.js";
import { fileVoteStore } from "../../src/storage/file-vote-store.js";
import { storeFailed } from "../../src/storage/store-error.js";
import { voteFileName } from "../../src/storage/vote-file.js";
import { encodeSlot, slotByteCount } from "../../src/storage/vote-slot.js";
import { fileHandlePrototype } from "./support/disk.js";
import { anEmptyDirectory, aRecord, closed, opened, written } from "./support/stores.js";
import { keepsVoteStoreContract } from "./support/vote-store-contract.js";

function storeOf(directory: string): VoteStore {
  const store = fileVoteStore(directory);
  onTestFinished(() => closed(store));
  return store;
}

async function aStoreHolding(...terms: number[]): Promise<{ directory: string; file: string }> {
  const directory = await anEmptyDirectory();
  const store = fileVoteStore(directory);
  await opened(store);
  for (const term of terms) await written(store, aRecord(term));
  await closed(store);
  return { directory, file: join(directory, voteFileName) };
}

describe("the file vote store", () => {
  keepsVoteStoreContract(async () => {
    const directory = await anEmptyDirectory();
    return { store: storeOf(directory), restarted: () => storeOf(directory) };
  });

  test("leaves one file of two slots behind, and no lock", async () => {
    const { directory, file } = await aStoreHolding(1, 2, 3);
    expect(await readdir(directory)).toEqual([voteFileName]);
    expect((await stat(file)).size).toBe(2 * slotByteCount);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("writes only the bytes of the record, not the slot", async () => {
    const { directory } = await aStoreHolding(1);
    const store = storeOf(directory);
    await opened(store);
    const write = vi.spyOn(await fileHandlePrototype(), "write");
    onTestFinished(() => write.mockRestore());
    await written(store, aRecord(2));
    expect(write.mock.calls[0]?.[2]).toBe(encodeSlot(2, aRecord(2)).length);
    expect(encodeSlot(2, aRecord(2)).length).toBeLessThan(1024);
  });

  test.each([0, 1])("once it is idle, damage to slot %i loses nothing", async (index) => {
    const { directory, file } = await aStoreHolding(1, 2, 3);
    const bytes = await readFile(file);
    bytes.fill(0, index * slotByteCount, (index + 1) * slotByteCount);
    await writeFile(file, bytes);
    const store = storeOf(directory);
    expect(await opened(store)).toEqual(aRecord(3));
    const slots = await readFile(file);
    const length = encodeSlot(3, aRecord(3)).length;
    expect(slots.subarray(0, length)).toEqual(slots.subarray(slotByteCount, slotByteCount + length));
  });

  test.each<[string, (file: string) => Promise<void>, RegExp]>([
    ["both slots damaged", (file) => damage(file, [200, slotByteCount + 200]), /both copies .* damaged/],
    ["a foreign file", (file) => writeFile(file, "votes: 3\n"), /it has 9 bytes, .* 131072/],
    ["a foreign file of the right size", (file) => writeFile(file, "x".repeat(131072)), /no raftbeat vote/],
    ["an empty file", (file) => truncate(file, 0), /it has 0 bytes/],
    ["a file cut short", (file) => truncate(file, slotByteCount), /it has 65536 bytes/],
    ["an oversized file", (file) => truncate(file, 2 ** 40), /it has 1099511627776 bytes/],
    [
      "a file of a later format",
      (file) => editBody(file, '"format":2', '"format":3'),
      /format 3, .* format 2/,
    ],
    ["a record without a term", (file) => editBody(file, '"term":3,"vot', '"tern":3,"vot'), /record.term/],
    ["a negative term", (file) => editBody(file, '"term":3,"vot', '"term":-3,"vot'), /record.term/],
    ["members under another digest", (file) => editBody(file, '"id":"n1"', '"id":"n9"'), /digest/],
  ])("refuses %s, says why and what to do, and leaves it as it is", async (_what, change, reason) => {
    const { directory, file } = await aStoreHolding(1, 2, 3);
    await change(file);
    const before = await stat(file);
    const refused = opened(storeOf(directory));
    await expect(refused).rejects.toMatchObject({ code: "storeCorrupt" });
    await expect(refused).rejects.toThrowError(reason);
    await expect(refused).rejects.toThrowError(file);
    await expect(refused).rejects.toThrowError(/Remove the node from the cluster/);
    const after = await stat(file);
    expect([after.size, after.mtimeMs, after.ino]).toEqual([before.size, before.mtimeMs, before.ino]);
    expect(await readdir(directory)).toEqual([voteFileName]);
  });

  test("refuses a directory or a link in the place of its file", async () => {
    const { file } = await aStoreHolding(1);
    const directory = await anEmptyDirectory();
    await mkdir(join(directory, voteFileName));
    await expect(opened(storeOf(directory))).rejects.toMatchObject({ code: "storeCorrupt" });
    const other = await anEmptyDirectory();
    await symlink(file, join(other, voteFileName));
    await expect(opened(storeOf(other))).rejects.toThrowError(/symbolic link/);
  });

  test("starts anew over what a crash left of the first write", async () => {
    const { file } = await aStoreHolding(1);
    const directory = await anEmptyDirectory();
    await copyFile(file, join(directory, `${voteFileName}.new`));
    const store = storeOf(directory);
    expect(await opened(store)).toBeNull();
    await written(store, aRecord(5));
    await closed(store);
    expect(await readdir(directory)).toEqual([voteFileName]);
    expect(await opened(storeOf(directory))).toEqual(aRecord(5));
  });

  test("makes its directory and those above it, for its own user alone", async () => {
    const parent = await anEmptyDirectory();
    const directory = join(parent, "a/b");
    const store = storeOf(directory);
    expect(await opened(store)).toBeNull();
    await written(store, aRecord(5));
    await closed(store);
    for (const made of ["a", "a/b"]) expect((await stat(join(parent, made))).mode & 0o777).toBe(0o700);
    expect(await opened(storeOf(directory))).toEqual(aRecord(5));
  });

  test("leaves the mode of a directory that is there", async () => {
    const directory = await anEmptyDirectory();
    await chmod(directory, 0o755);
    await opened(storeOf(directory));
    expect((await stat(directory)).mode & 0o777).toBe(0o755);
  });

  test.each([
    ["a file in the place of its directory", voteFileName, /ENOTDIR.*name a directory/],
    ["a file above its directory", `${voteFileName}/votes`, /ENOTDIR.*name a directory/],
    ["a link to what is missing", "dangling", /E(EXIST|NOENT).*(no link|create the directory)/],
  ])("refuses %s, names it, and changes nothing", async (_what, name, reason) => {
    const { directory } = await aStoreHolding(1);
    await symlink(join(directory, "missing"), join(directory, "dangling"));
    const path = join(directory, name);
    const refused = opened(storeOf(path));
    await expect(refused).rejects.toMatchObject({ code: "storeFailed" });
    await expect(refused).rejects.toThrowError(reason);
    await expect(refused).rejects.toThrowError(path);
    expect((await readdir(directory)).sort()).toEqual(["dangling", voteFileName]);
  });

  test.each(["EACCES", "EROFS"])(
    "a directory that may not be made (%s) is named, with the remedy",
    (code) => {
      const cause = Object.assign(new Error(`${code}: no, mkdir '/srv/votes'`), { code });
      expect(storeFailed("/srv/votes", "open", cause).message).toMatch(
        new RegExp(
          `cannot open the vote store /srv/votes: ${code}.*let the user of this process write there`,
        ),
      );
    },
  );

  test.each(["", undefined, 7])("is not made of %j", (directory) => {
    expect(() => fileVoteStore(directory as string)).toThrowError(
      /directory of a vote store .* must be a path/,
    );
  });

  test("refuses a record larger than a slot and keeps the one before", async () => {
    const { directory } = await aStoreHolding(1, 2);
    const store = storeOf(directory);
    await opened(store);
    const incarnationsMet = new Map([["n2", "x".repeat(slotByteCount)]]);
    const refused = written(store, aRecord(3, { incarnationsMet }));
    await expect(refused).rejects.toMatchObject({ code: "storeFailed" });
    await expect(refused).rejects.toThrowError(/takes 6\d+ bytes and a slot has 65536: too many members/);
    await closed(store);
    expect(await opened(storeOf(directory))).toEqual(aRecord(2));
  });

  test("refuses a record that it could not read back and keeps the one before", async () => {
    const { directory } = await aStoreHolding(1, 2);
    const store = storeOf(directory);
    await opened(store);
    const refused = written(store, aRecord(3, { voteHoldMs: Number.POSITIVE_INFINITY }));
    await expect(refused).rejects.toThrowError(/cannot be stored: .* record.voteHoldMs/);
    await closed(store);
    expect(await opened(storeOf(directory))).toEqual(aRecord(2));
  });

  test("has room for the largest configuration there may be", async () => {
    const { directory } = await aStoreHolding(1);
    /** What the identity of each member, and of its last start, may come to take. */
    const spareByteCount = maxMemberCount * 100;
    const long = (index: number) => String(index).padStart(longestIdChars, "n");
    const voters = Array.from({ length: maxMemberCount }, (_, index) => ({
      id: long(index),
      address: `wss://${"h".repeat(longestAddressChars - 6)}`,
      incarnation: long(index),
    }));
    const most = highestCount;
    const record = aRecord(most, {
      votedFor: long(1),
      voteHoldMs: 0.1 + 0.2,
      configuration: configurationOf(most, most, voters, []),
      incarnation: long(0),
      incarnationsMet: new Map(voters.map(({ id, incarnation }) => [id, incarnation])),
    });
    expect(encodeSlot(most, record).length + spareByteCount).toBeLessThan(slotByteCount);
    const store = storeOf(directory);
    await opened(store);
    await written(store, record);
    await closed(store);
    expect(await opened(storeOf(directory))).toEqual(record);
  });

  test("after a failed write every later write fails with the same error, and the record before is kept", async () => {
    const { directory } = await aStoreHolding(1, 2);
    const store = storeOf(directory);
    await opened(store);
    const broken = Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
    const write = vi.spyOn(await fileHandlePrototype(), "write").mockRejectedValueOnce(broken);
    onTestFinished(() => write.mockRestore());
    const errors = await Promise.allSettled([written(store, aRecord(3)), written(store, aRecord(4))]);
    errors.push(...(await Promise.allSettled([written(store, aRecord(5))])));
    for (const error of errors)
      expect(error).toMatchObject({ status: "rejected", reason: { code: "storeFailed", cause: broken } });
    expect(String((errors[0] as PromiseRejectedResult).reason)).toContain(directory);
    expect(String((errors[0] as PromiseRejectedResult).reason)).toMatch(/EIO.*replace the disk.*is kept/);
    expect(write).toHaveBeenCalledTimes(1);
    await closed(store);
    // Nobody knows whether the third reached the disk; a fourth or fifth never may.
    expect([2, 3]).toContain((await opened(storeOf(directory)))?.term);
  });

  test("a copy that fails fails the next write, and what was durable stays", async () => {
    const { directory } = await aStoreHolding(1, 2);
    const store = storeOf(directory);
    await opened(store);
    const broken = Object.assign(new Error("EIO"), { code: "EIO" });
    await written(store, aRecord(3));
    const write = vi.spyOn(await fileHandlePrototype(), "write").mockRejectedValueOnce(broken);
    onTestFinished(() => write.mockRestore());
    await vi.waitFor(() => expect(write).toHaveBeenCalledTimes(1));
    await expect(written(store, aRecord(4))).rejects.toMatchObject({ code: "storeFailed", cause: broken });
    await closed(store);
    expect(await opened(storeOf(directory))).toEqual(aRecord(3));
  });

  test("a store that closes while a write hangs keeps its lock until the write is over", async () => {
    const { directory } = await aStoreHolding(1);
    const store = storeOf(directory);
    await opened(store);
    let resume = (): void => {};
    const write = vi.spyOn(await fileHandlePrototype(), "write");
    const length = encodeSlot(3, aRecord(3)).length;
    write.mockReturnValueOnce(
      new Promise((resolve) => {
        resume = () => resolve({ bytesWritten: length, buffer: "" });
      }),
    );
    onTestFinished(() => write.mockRestore());
    const writing = written(store, aRecord(3));
    writing.catch(() => {});
    let isClosed = false;
    const closing = closed(store).then(() => {
      isClosed = true;
    });
    await vi.waitFor(() => expect(write).toHaveBeenCalled());
    await expect(opened(storeOf(directory))).rejects.toMatchObject({ code: "storeLocked" });
    expect(isClosed).toBe(false);
    resume();
    await closing;
    await opened(storeOf(directory));
  });

  test("a disk that stalls for a thousand writes fails the store instead of filling memory", async () => {
    const { directory } = await aStoreHolding(1);
    const store = storeOf(directory);
    await opened(store);
    let resume = () => {};
    const stall = new Promise<{ bytesWritten: number; buffer: string }>((resolve) => {
      resume = () => resolve({ bytesWritten: 0, buffer: "" });
    });
    const write = vi.spyOn(await fileHandlePrototype(), "write").mockReturnValue(stall);
    onTestFinished(() => write.mockRestore());
    const answers: unknown[] = [];
    for (let term = 2; term < 2000; term++) store.write(aRecord(term), (error) => answers.push(error));
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(900));
    expect(answers.at(-1)).toMatchObject({ code: "storeFailed" });
    expect(String(answers.at(-1))).toContain("wait for the disk");
    resume();
    await closed(store);
    expect(answers).toHaveLength(1998);
    expect(answers.filter((error) => error === null).length).toBeLessThanOrEqual(1);
  });
});

async function damage(file: string, offsets: readonly number[]): Promise<void> {
  const bytes = await readFile(file);
  for (const offset of offsets) bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
  await writeFile(file, bytes);
}

/** Changes the record in both slots and makes their checksums right again. */
async function editBody(file: string, from: string, to: string): Promise<void> {
  const { createHash } = await import("node:crypto");
  const body = encodeSlot(3, aRecord(3)).toString().split("\n")[1]?.replace(from, to);
  const bytes = Buffer.from(`${body}\n`);
  const sum = createHash("sha256").update(bytes).digest("hex");
  const slot = Buffer.concat([Buffer.from(`raftbeat votes ${sum} ${bytes.length}\n`), bytes]);
  const content = await readFile(file);
  slot.copy(content);
  slot.copy(content, slotByteCount);
  await writeFile(file, content);
}
