import assert from "node:assert/strict";
import { RaftbeatError } from "../../errors.js";
import {
  type DurableRecord,
  emptyRecord,
  foundingRecord,
  highestCount,
  longestDurationMs,
} from "../../protocol/index.js";
import type { VoteStore } from "../../runtime/ports.js";
import type { ContractCase } from "./contract-case.js";
import { aRecord } from "./sample-records.js";
import { closed, opened, written } from "./store-calls.js";

/** One kind of vote store, as its contract needs it: each case gets a harness of its own. */
export interface VoteStoreHarness {
  /** A store that has never held a record, not yet opened. */
  readonly store: VoteStore;
  /** Finds the record of that store again, as a process does that was started anew. */
  restarted(): VoteStore;
}

/** Records that a store must give back as they were. */
const records: Readonly<Record<string, DurableRecord>> = {
  "a founder": foundingRecord([{ id: "a", address: "ws://h:1", incarnation: null }], "a-1", 150),
  "a node that joins": emptyRecord("j-1", 300),
  "strange names": aRecord(7, { votedFor: "then", incarnation: "-_.1e3" }),
  "the highest numbers": aRecord(highestCount, { voteHoldMs: longestDurationMs }),
};

/**
 * What every `VoteStore` must do, by any means that keeps the record.
 *
 * @example
 * for (const { name, run } of voteStoreContract)
 *   test(name, async () => run({ store: myStore("record"), restarted: () => myStore("record") }));
 */
export const voteStoreContract: readonly ContractCase<VoteStoreHarness>[] = [
  {
    name: "a store that was never written opens with null",
    async run({ store }) {
      assert.strictEqual(await opened(store), null);
      await closed(store);
    },
  },
  {
    name: "the record written last is read back, after closing and by each later process",
    async run({ store, restarted }) {
      await opened(store);
      for (const term of [1, 2, 3]) await written(store, aRecord(term));
      await closed(store);
      const next = restarted();
      assert.deepStrictEqual(await opened(next), aRecord(3));
      await written(next, aRecord(4));
      await closed(next);
      assert.deepStrictEqual(await readBack(restarted()), aRecord(4));
    },
  },
  ...Object.entries(records).map(([of, record]) => ({
    name: `the record of ${of} is read back as it was`,
    async run({ store, restarted }: VoteStoreHarness) {
      await opened(store);
      await written(store, record);
      await closed(store);
      assert.deepStrictEqual(await readBack(restarted()), record);
    },
  })),
  { name: "no call is answered before it has returned", run: answersAfterReturning },
  {
    name: "writes are answered in the order they were asked for, and closing waits for them",
    async run({ store, restarted }) {
      await opened(store);
      const answers: string[] = [];
      const terms = Array.from({ length: 20 }, (_, index) => index + 1);
      for (const term of terms) store.write(aRecord(term), (error) => answers.push(`${term} ${error}`));
      await closed(store);
      assert.deepStrictEqual(
        answers,
        terms.map((term) => `${term} null`),
      );
      assert.deepStrictEqual(await readBack(restarted()), aRecord(20));
    },
  },
  {
    name: "an open store is refused to a second opener, and stays usable",
    async run({ store, restarted }) {
      await opened(store);
      for (const other of [store, restarted()]) await assert.rejects(opened(other), { code: "storeLocked" });
      await written(store, aRecord(1));
      await closed(store);
      assert.deepStrictEqual(await readBack(restarted()), aRecord(1));
    },
  },
  {
    name: "a write to a store that is not open fails and changes nothing",
    async run({ store, restarted }) {
      await assert.rejects(written(store, aRecord(1)), isStoreFailure);
      assert.strictEqual(await opened(store), null);
      await written(store, aRecord(2));
      await closed(store);
      await assert.rejects(written(store, aRecord(3)), isStoreFailure);
      assert.deepStrictEqual(await readBack(restarted()), aRecord(2));
    },
  },
  {
    name: "closing is safe twice, and before opening",
    async run({ store }) {
      await closed(store);
      await opened(store);
      await Promise.all([closed(store), closed(store)]);
      assert.strictEqual(await readBack(store), null);
    },
  },
];

async function readBack(store: VoteStore): Promise<DurableRecord | null> {
  const record = await opened(store);
  await closed(store);
  return record;
}

function isStoreFailure(error: unknown): boolean {
  return error instanceof RaftbeatError && error.code === "storeFailed";
}

async function answersAfterReturning({ store, restarted }: VoteStoreHarness): Promise<void> {
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
  assert.deepStrictEqual(
    told,
    names.flatMap((name) => [`${name} returned`, `${name} answered`]),
  );
  assert.strictEqual(names.length, 8);
}
