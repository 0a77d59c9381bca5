import { expect, test } from "vitest";
import { RaftbeatError } from "../../../src/errors.js";
import { emptyRecord, foundingRecord, highestCount, longestDurationMs } from "../../../src/protocol/index.js";
import type { VoteStore } from "../../../src/runtime/ports.js";
import { aRecord, closed, opened, written } from "./stores.js";

/**
 * What every vote store promises, whatever keeps the record.
 * @param aStore makes a store that has never held a record, and a way to find it again as after a restart
 */
export function voteStoreContract(
  aStore: () => Promise<{ readonly store: VoteStore; restarted(): VoteStore }>,
): void {
  test("a store that was never written opens with null", async () => {
    const { store } = await aStore();
    expect(await opened(store)).toBeNull();
    await closed(store);
  });

  test("the record written last is read back, after closing and by whoever comes next", async () => {
    const { store, restarted } = await aStore();
    await opened(store);
    for (const term of [1, 2, 3]) await written(store, aRecord(term));
    await closed(store);
    const next = restarted();
    expect(await opened(next)).toEqual(aRecord(3));
    await written(next, aRecord(4));
    await closed(next);
    expect(await opened(restarted())).toEqual(aRecord(4));
  });

  test.each([
    ["a founder", foundingRecord([{ id: "a", address: "ws://h:1", incarnation: null }], "a-1", 150)],
    ["a node that joins", emptyRecord("j-1", 300)],
    ["strange names", aRecord(7, { votedFor: "then", incarnation: "-_.1e3" })],
    ["the highest numbers", aRecord(highestCount, { voteHoldMs: longestDurationMs })],
  ])("the record of %s is read back as it was", async (_of, record) => {
    const { store, restarted } = await aStore();
    await opened(store);
    await written(store, record);
    await closed(store);
    expect(await opened(restarted())).toEqual(record);
  });

  test("no call is answered before it has returned", async () => {
    const { store, restarted } = await aStore();
    const told: string[] = [];
    const call = (name: string, run: (callback: () => void) => void) =>
      new Promise<void>((resolve) => {
        run(() => {
          told.push(`${name} answered`);
          resolve();
        });
        told.push(`${name} returned`);
      });
    await call("write too early", (callback) => store.write(aRecord(1), callback));
    await call("open", (callback) => store.open(callback));
    await call("write", (callback) => store.write(aRecord(1), callback));
    await call("refused open", (callback) => restarted().open(callback));
    await call("close", (callback) => store.close(callback));
    await call("close again", (callback) => store.close(callback));
    await call("write too late", (callback) => store.write(aRecord(2), callback));
    await call("another write too late", (callback) => store.write(aRecord(2), callback));
    const names = told.filter((_, index) => index % 2 === 0).map((text) => text.replace(" returned", ""));
    expect(told).toEqual(names.flatMap((name) => [`${name} returned`, `${name} answered`]));
    expect(names).toHaveLength(8);
  });

  test("writes are answered in the order they were asked for, and closing waits for them", async () => {
    const { store, restarted } = await aStore();
    await opened(store);
    const answers: string[] = [];
    const terms = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const term of terms) store.write(aRecord(term), (error) => answers.push(`${term} ${error}`));
    await closed(store);
    expect(answers).toEqual(terms.map((term) => `${term} null`));
    expect(await opened(restarted())).toEqual(aRecord(20));
  });

  test("an open store is refused to whoever else opens it, and stays usable", async () => {
    const { store, restarted } = await aStore();
    await opened(store);
    for (const other of [store, restarted()])
      await expect(opened(other)).rejects.toMatchObject({ code: "storeLocked" });
    await written(store, aRecord(1));
    await closed(store);
    const next = restarted();
    expect(await opened(next)).toEqual(aRecord(1));
    await closed(next);
  });

  test("a write to a store that is not open fails and changes nothing", async () => {
    const { store, restarted } = await aStore();
    const early = written(store, aRecord(1));
    await expect(early).rejects.toBeInstanceOf(RaftbeatError);
    await expect(early).rejects.toMatchObject({ code: "storeFailed" });
    expect(await opened(store)).toBeNull();
    await written(store, aRecord(2));
    await closed(store);
    await expect(written(store, aRecord(3))).rejects.toMatchObject({ code: "storeFailed" });
    expect(await opened(restarted())).toEqual(aRecord(2));
  });

  test("closing is safe twice, and before opening", async () => {
    const { store } = await aStore();
    await closed(store);
    await opened(store);
    await Promise.all([closed(store), closed(store)]);
    expect(await opened(store)).toBeNull();
    await closed(store);
  });
}
