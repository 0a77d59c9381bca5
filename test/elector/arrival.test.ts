import { describe, expect, it } from "vitest";
import { recoveredRecord } from "../../src/protocol/index.js";
import { Electors } from "./support/electors.js";

const ids = ["a", "b", "c"];
const voters = Object.fromEntries(ids.map((id) => [id, `ws://${id}:7400`]));

describe("founding a cluster", () => {
  it("waits for every founder, says for whom, and gives all the same cluster id", async () => {
    const world = new Electors();
    await world.start("a", { voters });
    await world.start("b", { voters });
    await world.advance(5000);
    expect(world.leaders()).toEqual([]);
    expect(world.seat("a").logged).toContainEqual(
      "no leader: the cluster is not founded yet: this node has not met c (no link yet); start the missing founders, or name those to go without in absentFounders",
    );
    expect(world.seat("a").elector.status().whyNoLeader).toMatch(
      /^the cluster is not founded yet: .* not met c/,
    );
    await world.start("c", { voters });
    const { elector } = await world.leader();
    const { clusterId } = elector.status();
    expect(clusterId).toMatch(/^[0-9a-z]+$/);
    await world.until(() => ids.every((id) => world.seat(id).elector.status().clusterId === clusterId));
  });

  it("goes without founders that are left out by name, and takes them in when they come", async () => {
    const world = new Electors();
    for (const id of ["a", "b"]) await world.start(id, { voters, absentFounders: ["c"] });
    await world.leader();
    // Even one that waits for everybody.
    await world.start("c", { voters });
    await world.until(() => world.recordOf("c").configuration.voters.length === 3);
    expect(world.seat("c").elector.status().clusterId).toBe(world.seat("a").elector.status().clusterId);
  });

  it("hears nothing of a founder that was left out and founded with others all the same", async () => {
    const world = new Electors();
    await world.start("c", { voters });
    for (const id of ["a", "b"]) await world.start(id, { voters, absentFounders: ["c"] });
    await world.until(() => ["a", "b"].some((id) => world.seat(id).elector.isLeader));
    await world.advance(5000);
    const statuses = ids.map((id) => world.seat(id).elector.status());
    const [a, b, c] = statuses;
    expect(a?.clusterId).toBe(b?.clusterId);
    if (c?.clusterId === a?.clusterId) return;
    expect(c).toMatchObject({ leader: null });
    expect(c?.whyNoLeader).toMatch(/refuses: it was started with other voters or absentFounders/);
  });

  it("refuses to leave out whom nobody counts on", async () => {
    const world = new Electors();
    await expect(world.start("a", { voters, absentFounders: ["z"] })).rejects.toMatchObject({
      code: "invalidSettings",
      message: expect.stringMatching(/absentFounders \(z\) must be among voters/),
    });
    await expect(world.start("a", { voters, absentFounders: ["b", "c"] })).rejects.toMatchObject({
      code: "invalidSettings",
      message: expect.stringMatching(/absentFounders \(b, c\) leave 1 of 3 founders, and 2 are needed/),
    });
  });
});

describe("a majority that lost its records", () => {
  it("waits, says why, and begins again from the node that is left, with higher tokens", async () => {
    const world = await Electors.of(ids);
    for (let handed = 0; handed < 5; handed++) {
      const { elector } = await world.leader();
      await world.settled(elector.resign());
      await world.advance(1000);
    }
    const { term } = (await world.leader()).elector.status();
    expect(term).toBeGreaterThanOrEqual(6);
    await world.stop(...ids);
    for (const id of ["b", "c"]) world.seat(id).machine.record = null;
    for (const id of ids) await world.start(id, { voters });
    await world.advance(5000);
    expect(world.leaders()).toEqual([]);
    for (const id of ["b", "c"])
      expect(world.seat(id).logged).toContainEqual(
        expect.stringMatching(
          /^no leader: this node cannot found the cluster: a already founded one \(id [0-9a-z]+\) with another record of .* see `raftbeat recover`$/,
        ),
      );

    await world.stop(...ids);
    const self = { id: "a", address: "ws://a:7400" };
    world.seat("a").machine.record = recoveredRecord(world.recordOf("a"), self, term + 10, "once");
    for (const id of ids) await world.start(id, { voters });
    const first = await world.leader();
    expect(first.id).toBe("a");
    expect(first.elector.status().term).toBeGreaterThan(term + 10);
    for (const id of ["b", "c"])
      await world.settled(first.elector.reconfigure({ add: { id, address: `ws://${id}:7400` } }));
    await world.stop("a");
    const next = await world.leader();
    expect(next.elector.status().term).toBeGreaterThan(first.elector.status().term);
  });

  it("is not heard any more once the cluster was begun again without it", async () => {
    // The checkers know one cluster, and here are two on purpose.
    const world = await Electors.of(ids, {}, { judged: false });
    await world.leader();
    await world.stop(...ids);
    const self = { id: "a", address: "ws://a:7400" };
    world.seat("a").machine.record = recoveredRecord(world.recordOf("a"), self, 50, "once");
    for (const id of ids) await world.start(id, { voters });
    await world.until(() => world.leaders().length === 2);
    // The two that were never lost are another cluster now: neither side hears the other.
    const leaders = world.leaders().map((seat) => seat.elector.status());
    expect(new Set(leaders.map(({ clusterId }) => clusterId)).size).toBe(2);
    await world.advance(5000);
    expect(world.seat("a").elector.status()).toMatchObject({ isLeader: true, peers: [] });
  });
});

describe("a founder that lost its record", () => {
  it("is taken back by a leader that came later than its settings", async () => {
    const world = await Electors.of(ids);
    await world.start("d", { join: { members: ids } });
    await world.settled(
      (await world.leader()).elector.reconfigure({ add: { id: "d", address: "ws://d:7400" } }),
    );
    await world.settled((await world.leader()).elector.transfer({ to: "d" }));
    await world.stop("c");
    world.seat("c").machine.record = null;
    await world.start("c", { voters });
    const { elector } = world.seat("d");
    await world.settled(elector.reconfigure({ remove: "c" }));
    await world.settled(elector.reconfigure({ add: { id: "c", address: "ws://c:7400" } }));
    expect(world.seat("c").elector.status().leader).toBe("d");
  });
});

describe("a record runs once", () => {
  it("put back from a copy, it is refused by name, and its node ends with the reason", async () => {
    const world = await Electors.of(ids);
    await world.leader();
    await world.advance(500);
    const copy = world.recordOf("c");
    await world.stop("c");
    await world.start("c", { voters });
    await world.until(() => world.seat("c").elector.status().leader !== null);
    await world.advance(200);
    await world.stop("c");
    world.seat("c").machine.record = copy;
    const { elector } = world.seat("c");
    await world.start("c", { voters });
    const restored = world.seat("c").elector;
    expect(restored).not.toBe(elector);
    const ended = await world.settled(restored.closed);
    expect(ended).toMatchObject({
      code: "recordCopied",
      message: expect.stringMatching(
        /^[ab] refuses this node \(the record of c is a copy that has not gone on: two processes have made start 2 of it\)/,
      ),
    });
    expect(await world.leader()).toBeDefined();
    // Whoever watches over the process starts it again and again: that changes nothing.
    await expect(world.start("c", { voters })).rejects.toMatchObject({ code: "recordCopied" });
  });

  it("is not ended by the word of another record under a member's name", async () => {
    const world = await Electors.of(ids);
    const { elector } = await world.leader();
    const [other] = ids.filter((id) => id !== elector.id);
    const handlers = world.cluster.network.handlersOf(elector.id);
    const refusal = { reason: "olderCopy", detail: "because I say so" } as const;
    const { incarnation } = world.recordOf(other ?? "");
    handlers.onRefusedBy?.(other ?? "", "another", refusal, "proven");
    // Nor by that of whoever connects under the member's name and record, and proves nothing.
    handlers.onRefusedBy?.(other ?? "", incarnation, refusal, "said");
    await world.advance(100);
    expect(elector.isLeader).toBe(true);
    handlers.onRefusedBy?.(other ?? "", incarnation, refusal, "proven");
    expect(await world.settled(elector.closed)).toMatchObject({ code: "recordCopied" });
  });

  it("is not marked for ever by a peer that answers at a member's address and proves nothing", async () => {
    const world = await Electors.of(ids);
    const { id, elector } = await world.leader();
    const other = ids.find((one) => one !== id) ?? "";
    const { incarnation } = world.recordOf(other);
    world.cluster.network
      .handlersOf(id)
      .onRefusedBy?.(other, incarnation, { reason: "olderCopy", detail: "so" }, "dialled");
    expect(await world.settled(elector.closed)).toMatchObject({ code: "recordCopied" });
    await world.start(id, { voters });
    await world.until(() => world.seat(id).elector.status().leader !== null);
  });

  it("of another node, or of a node of another cluster, it is not opened", async () => {
    const world = await Electors.of(["a"]);
    await world.leader();
    await world.stop("a");
    await expect(world.start("a", { cluster: "other", voters: { a: "ws://a:7400" } })).rejects.toMatchObject({
      code: "wrongRecord",
      message: expect.stringMatching(/record of node a of cluster test, and this is node a of cluster other/),
    });
    const { record } = world.seat("a").machine;
    const other = new Electors();
    await other.start("b", { voters: { b: "ws://b:7400" } });
    await other.stop("b");
    other.seat("b").machine.record = record;
    await expect(other.start("b", { voters: { b: "ws://b:7400" } })).rejects.toMatchObject({
      code: "wrongRecord",
    });
  });
});

describe("a node that joins", () => {
  it("needs to know whom to believe where nobody proves anything", async () => {
    const world = await Electors.of(ids);
    await expect(world.start("d", { join: true, transport: undefined as never })).rejects.toMatchObject({
      code: "invalidSettings",
      message: expect.stringMatching(/^join \(true\) needs a token/),
    });
  });

  it("takes only the cluster that its settings name", async () => {
    const world = await Electors.of(ids);
    const first = await world.leader();
    await world.start("d", { join: { clusterId: "another" } });
    const adding = first.elector.reconfigure(
      { add: { id: "d", address: "ws://d:7400" } },
      { timeoutMs: 3000 },
    );
    await expect(world.settled(adding)).rejects.toMatchObject({ code: "timeout" });
    expect(world.seat("d").elector.status().clusterId).toBeNull();
    await world.stop("d");
    await world.start("d", { join: { clusterId: first.elector.status().clusterId ?? "" } });
    await world.until(() => world.seat("d").elector.status().leader === first.id);
  });
});
