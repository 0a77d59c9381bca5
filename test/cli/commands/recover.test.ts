import { describe, expect, it } from "vitest";
import { recover } from "../../../src/cli/commands/recover.js";
import { foundingRecord, withStart } from "../../../src/protocol/index.js";
import { fileVoteStore } from "../../../src/storage/file-vote-store.js";
import { anEmptyDirectory, closed, opened, written } from "../../storage/support/stores.js";

const members = ["a", "b", "c"].map((id) => ({ id, address: `ws://${id}:7400`, incarnation: `${id}-1` }));

/** A folder with the record of node a at this term. */
async function aFolder(term: number): Promise<string> {
  const data = await anEmptyDirectory();
  const store = fileVoteStore(data);
  const record = withStart(foundingRecord(members, "a-1", 150, "old"), "first");
  await opened(store);
  await written(store, { ...record, term, run: { ...record.run, cluster: "billing", id: "a" } });
  await closed(store);
  return data;
}

async function recordIn(data: string) {
  const store = fileVoteStore(data);
  const record = await opened(store);
  await closed(store);
  return record;
}

describe("raftbeat recover", () => {
  it("says what it would do, and does nothing without --yes", async () => {
    const data = await aFolder(6);
    const before = await recordIn(data);
    const text = await recover({ data, aboveTerm: "41" }, false);
    expect(text).toContain("With --yes, a (at ws://a:7400) would become the only voter of cluster billing");
    expect(text).toContain("for b, c: empty its folder");
    expect(await recordIn(data)).toEqual(before);
  });

  it("makes the node the only voter of another cluster, above the term that was given", async () => {
    const data = await aFolder(6);
    expect(await recover({ data, aboveTerm: "41" }, true)).toMatch(/its next leader has a term above 41/);
    const record = await recordIn(data);
    expect(record).toMatchObject({ term: 41, votedFor: "a", incarnation: "a-1", run: { isCopy: false } });
    expect(record?.configuration.voters).toEqual([members[0]]);
    expect(record?.configuration.clusterId).not.toBe("old");
    expect(record?.incarnationsMet.size).toBe(0);
  });

  it("never goes below the term on record", async () => {
    const data = await aFolder(60);
    await recover({ data, aboveTerm: "41", address: "ws://elsewhere:1" }, true);
    const record = await recordIn(data);
    expect(record?.term).toBe(60);
    expect(record?.configuration.voters[0]?.address).toBe("ws://elsewhere:1");
  });

  it("begins from nothing where all is lost, once it is told who the node is", async () => {
    const data = await anEmptyDirectory();
    const flags = { data, aboveTerm: "9", cluster: "billing", id: "a", address: "ws://a:1" };
    await recover(flags, true);
    expect(await recordIn(data)).toMatchObject({ term: 9, run: { cluster: "billing", id: "a" } });
  });

  it.each([
    [{}, /^--data is missing/],
    [{ data: "/nowhere/at/all", aboveTerm: "1" }, /^--data \/nowhere\/at\/all is not there/],
    [{ data: "" }, /--data/],
    [{ data: "/tmp" }, /^--above-term is missing/],
    [{ data: "/tmp", aboveTerm: "9e15" }, /--above-term/],
  ])("refuses %j in a sentence", async (flags, sentence) => {
    await expect(recover(flags, true)).rejects.toThrow(sentence);
  });

  it("does not take the folder of another node, or an empty one of nobody", async () => {
    const flags = { data: await aFolder(6), aboveTerm: "7" };
    await expect(recover({ ...flags, id: "b" }, true)).rejects.toMatchObject({ code: "wrongRecord" });
    await expect(recover({ ...flags, cluster: "other" }, true)).rejects.toMatchObject({
      code: "wrongRecord",
    });
    const empty = { data: await anEmptyDirectory(), aboveTerm: "7" };
    await expect(recover(empty, true)).rejects.toThrow(/^--cluster is missing/);
    await expect(recover({ ...empty, cluster: "billing" }, true)).rejects.toThrow(/^--id is missing/);
    await expect(recover({ ...empty, cluster: "billing", id: "a" }, true)).rejects.toThrow(/^--address is/);
  });
});
