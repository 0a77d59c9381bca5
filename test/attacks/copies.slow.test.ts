import { execFile } from "node:child_process";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { builtFile } from "../../src/built-file.js";
import { type Elector, type ElectorOptions, fileVoteStore } from "../../src/index.js";
import { stopAll, until } from "../transport/support/nodes.js";
import { freePort, leaderOf, type Place, placeOf, stopElectors } from "./support/attacked-place.js";

afterEach(stopAll);

const ids = ["a", "b", "c"];

/** How an elector ended by itself: waits for that. */
async function endOf(elector: Elector): Promise<object | undefined> {
  let error: object | undefined;
  let hasEnded = false;
  elector.closed.then((reason) => {
    [error, hasEnded] = [reason ?? undefined, true];
  });
  await until("an elector that ends", () => hasEnded, 10_000);
  return error;
}

/** Copies what a node has on record; its lock is no part of that. */
async function copyRecord(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from))
    if (name.startsWith("raftbeat-votes")) await cp(`${from}/${name}`, `${to}/${name}`);
}

/** A cluster of three and one of its followers. */
async function three(
  common: Partial<ElectorOptions> = {},
): Promise<{ place: Place; leader: Elector; follower: Elector; third: Elector }> {
  const place = await placeOf(ids, common);
  const electors = await place.startAll();
  const leader = await leaderOf(electors);
  const [follower, third] = electors.filter((elector) => elector !== leader) as [Elector, Elector];
  return { place, leader, follower, third };
}

describe("A4: a record", () => {
  it("put back from a copy is refused by name, and no process starts from it again", async () => {
    const { place, leader, follower, third } = await three({ token: "known to all three" });
    const { id } = follower;
    const backup = place.folder("backup");
    await stopElectors(follower);
    await copyRecord(place.folder(id), backup);
    // It votes in a later term, which the copy knows nothing of.
    const later = await place.start(id);
    await leaderOf([leader, third, later]);
    await stopElectors(leader);
    const next = await leaderOf([third, later]);
    await stopElectors(later);

    await copyRecord(backup, place.folder(id));
    const restored = await place.start(id);
    const reason = expect.objectContaining({
      code: "recordCopied",
      message: expect.stringMatching(
        new RegExp(`^[abc] refuses this node \\(the record of ${id} is a copy that has not gone on: `),
      ),
    });
    expect(await endOf(restored)).toEqual(reason);
    await expect(place.start(id)).rejects.toMatchObject({ code: "recordCopied" });
    expect(next.status().leader).not.toBe(id);
  });

  it.each(["a follower", "the leader"])(
    "of %s, copied while its node runs, and started elsewhere, ends the node that it displaces",
    async (whose) => {
      const { place, leader, follower, third } = await three();
      const displaced = whose === "the leader" ? leader : follower;
      const { id } = displaced;
      const clone = place.folder("clone");
      await copyRecord(place.folder(id), clone);
      const voters = { ...place.voters, [id]: `ws://127.0.0.1:${await freePort()}` };
      const elsewhere = await place.start(id, { store: fileVoteStore(clone), voters });
      expect(await endOf(displaced)).toMatchObject({
        code: "recordCopied",
        message: expect.stringMatching(
          /^[abc] refuses this node \(the record of [abc] was started again since/,
        ),
      });
      const others = [leader, follower, third].filter((elector) => elector !== displaced);
      await leaderOf([...others, elsewhere]);
    },
  );

  it("of one node is not opened by another", async () => {
    const place = await placeOf(["a", "b"]);
    await stopElectors(await place.start("a"));
    await copyRecord(place.folder("a"), place.folder("b"));
    await expect(place.start("b")).rejects.toMatchObject({
      code: "wrongRecord",
      message: expect.stringMatching(/the record of node a of cluster test, and this is node b/),
    });
  });

  it("lost by a majority leaves no leader until one node recovers, and tokens never fall", async () => {
    const { place, leader, follower, third } = await three();
    await stopElectors(leader);
    const { term } = (await leaderOf([follower, third])).status();
    await stopElectors(follower, third);
    const [kept, ...lost] = ids as [string, ...string[]];
    for (const id of lost) await rm(place.folder(id), { recursive: true });
    const stranded = await place.startAll();
    // Each of the two has met the other by then, and founds nothing all the same.
    const words = new RegExp(
      `cannot found the cluster: ${kept} already founded one [^,]*, or with other founders;`,
    );
    const says = (elector: Elector): boolean => words.test(elector.status().whyNoLeader ?? "");
    await until("both say why", () => stranded.slice(1).every(says), 15_000);
    expect(stranded.map((elector) => elector.status().leader)).toEqual([null, null, null]);
    expect(stranded.slice(1).map((elector) => elector.status().clusterId)).toEqual([null, null]);
    await stopElectors(...stranded);

    const main = fileURLToPath(builtFile("cli/main.js"));
    const flags = ["--data", place.folder(kept), "--above-term", String(term + 5), "--yes"];
    const { stdout } = await promisify(execFile)(process.execPath, [main, "recover", ...flags]);
    expect(stdout).toMatch(/^a is now the only voter of cluster test/);
    const recovered = await leaderOf([await place.start(kept)]);
    expect(recovered.status().term).toBeGreaterThan(term + 5);
    expect(recovered.status().voters.map(({ id }) => id)).toEqual([kept]);
  });
});
