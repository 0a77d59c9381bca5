import { describe, expect, it } from "vitest";
import { Electors } from "./support/electors.js";

const three = ["a", "b", "c"];
const d = { id: "d", address: "ws://d:7400" };

describe("changing the membership", () => {
  it("a node that joins becomes observer, then voter, and counts", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    await world.start("d", { join: true });
    await world.settled(first.elector.reconfigure({ add: d }));
    const { voters, observers, configurationCommitted } = first.elector.status();
    expect(voters.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
    expect(observers).toEqual([]);
    expect(configurationCommitted).toBe(true);
    await world.until(() => world.seat("d").elector.status().voters.length === 4);
    await world.settled(first.elector.transfer({ to: "d" }));
    await world.until(() => world.seat("d").elector.isLeader, 100);
  });

  it("an observer stays one if that is asked for, and may be made a voter later", async () => {
    const world = await Electors.of(three);
    const { elector } = await world.leader();
    await world.start("d", { join: true });
    await world.settled(elector.reconfigure({ add: { ...d, voter: false } }));
    expect(elector.status().observers.map(({ id }) => id)).toEqual(["d"]);
    await world.advance(5000);
    expect(world.seat("d").elector.status()).toMatchObject({ role: "follower", isolated: false });
    await world.settled(elector.reconfigure({ add: d }));
    expect(elector.status().voters).toHaveLength(4);
  });

  it("removing takes a voter or an observer out, and asking twice is asking once", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    const out = world.others(first)[0]?.id as string;
    await world.settled(first.elector.reconfigure({ remove: out }));
    await world.settled(first.elector.reconfigure({ remove: out }));
    expect(first.elector.status().voters.map(({ id }) => id)).not.toContain(out);
    await world.until(() => world.seat(out).elector.status().removed, 5000);
  });

  it("a leader that is asked to remove itself says to transfer first", async () => {
    const world = await Electors.of(three);
    const { id, elector } = await world.leader();
    await expect(world.settled(elector.reconfigure({ remove: id }))).rejects.toMatchObject({
      code: "reconfigureRefused",
      message: expect.stringMatching(/transfer the leadership first/),
    });
  });

  it("a node that nobody meets is waited for, and the error says for what", async () => {
    const world = await Electors.of(three);
    const { elector } = await world.leader();
    const change = elector.reconfigure({ add: d }, { timeoutMs: 2000 });
    await expect(world.settled(change)).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/d at ws:\/\/d:7400 has not been met yet/),
    });
    expect(elector.status().observers).toEqual([]);
    // Nobody is looked for any more.
    await world.start("d", { join: true });
    await world.advance(100);
    expect(world.linked(elector.id, "d")).toBe(false);
  });

  it("a node that comes late is still added, and one that is cut off after the first step is an observer", async () => {
    const world = await Electors.of(three);
    const { elector } = await world.leader();
    const change = elector.reconfigure({ add: d });
    await world.advance(3000);
    await world.start("d", { join: true });
    await world.settled(change);
    expect(elector.status().voters).toHaveLength(4);

    await world.start("e", { join: true });
    const other = elector.reconfigure({ add: { id: "e", address: "ws://e:1" } }, { timeoutMs: 2000 });
    other.catch(() => {});
    await world.until(() => elector.status().observers.length === 1);
    world.isolate("e");
    await expect(world.settled(other)).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringMatching(/has not caught up yet/),
    });
    expect(elector.status().observers.map(({ id }) => id)).toEqual(["e"]);
  });

  it("the 65th member is refused with a sentence, and the leader leads on", async () => {
    const world = await Electors.of(["a"]);
    const { elector } = await world.leader();
    const observer = (index: number) => ({
      add: { id: `o${index}`, address: `ws://o${index}:1`, voter: false, incarnation: "x" },
    });
    for (let index = 1; index < 64; index++) await world.settled(elector.reconfigure(observer(index)));
    expect(elector.status().observers).toHaveLength(63);
    await expect(world.settled(elector.reconfigure(observer(64)))).rejects.toMatchObject({
      code: "reconfigureRefused",
      message: expect.stringMatching(
        /more than 64 members, the most that a cluster may have: remove one first/,
      ),
    });
    expect(elector.isLeader).toBe(true);
    await world.settled(elector.reconfigure({ remove: "o1" }));
    await world.settled(elector.reconfigure(observer(64)));
  });

  it("a follower refuses, and so does a leader that loses its leadership meanwhile", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    const [follower] = world.others(first);
    await expect(world.settled((follower ?? first).elector.reconfigure({ add: d }))).rejects.toMatchObject({
      code: "notLeader",
    });
    const change = first.elector.reconfigure({ add: d });
    change.catch(() => {});
    await world.advance(100);
    await world.settled(first.elector.resign());
    await expect(world.settled(change)).rejects.toMatchObject({ code: "notLeader" });
  });

  const impossible: [string, object, string, RegExp][] = [
    ["an impossible id", { ...d, id: "no spaces" }, "invalidSettings", /\(no spaces\)/],
    ["an impossible address", { ...d, address: "http://d" }, "invalidSettings", /\(http:\/\/d\)/],
    [
      "a member at another address",
      { id: "a", address: "ws://z:1" },
      "reconfigureRefused",
      /at ws:\/\/a:7400 and not at/,
    ],
  ];
  it.each(impossible)("refuses %s with the value", async (_what, add, code, message) => {
    const world = await Electors.of(three);
    const { elector } = await world.leader();
    await expect(world.settled(elector.reconfigure({ add: add as typeof d }))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1])("refuses %d ms to change in", async (timeoutMs) => {
    const world = await Electors.of(three);
    const { elector } = await world.leader();
    await expect(world.settled(elector.reconfigure({ add: d }, { timeoutMs }))).rejects.toMatchObject({
      code: "invalidSettings",
      message: `timeoutMs (${timeoutMs}) must be a number of milliseconds above 0`,
    });
  });

  it("a voter that lost its record is reported, refused as it is, and comes back by removal and addition", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    await world.advance(500);
    const lost = world.others(first)[0]?.id as string;
    await world.settled(world.seat(lost).elector.stop());
    world.seat(lost).machine.record = null;
    await world.start(lost, { voters: { a: "ws://a:7400", b: "ws://b:7400", c: "ws://c:7400" } });
    await world.advance(2000);
    expect(first.elector.status().peers.find(({ id }) => id === lost)).toMatchObject({ amnesiac: true });
    expect(first.logged).toContainEqual(expect.stringContaining(`${lost} came back without its votes`));
    const address = `ws://${lost}:7400`;
    await expect(
      world.settled(first.elector.reconfigure({ add: { id: lost, address } })),
    ).rejects.toMatchObject({
      code: "reconfigureRefused",
      message: expect.stringMatching(/has come back without its votes: remove it first/),
    });
    await world.settled(first.elector.reconfigure({ remove: lost }));
    await world.settled(world.seat(lost).elector.stop());
    world.seat(lost).machine.record = null;
    await world.start(lost, { join: true });
    await world.settled(first.elector.reconfigure({ add: { id: lost, address } }));
    expect(first.elector.status().voters).toHaveLength(3);
  });

  it("a founder that was started with another list founds nothing beside the others, and says why", async () => {
    const world = new Electors();
    const right = { a: "ws://a:1", b: "ws://b:1", c: "ws://c:1" };
    for (const id of ["a", "b", "c"]) await world.start(id, { voters: right });
    await world.leader();
    await world.start("d", { voters: { a: "ws://a:1", b: "ws://b:1", d: "ws://d:1" } });
    await world.advance(5000);
    expect(world.seat("d").logged).toContainEqual(
      expect.stringMatching(/cannot found the cluster: a, b already founded one .* or with other founders/),
    );
    expect(world.seat("d").elector.status().voters).toEqual([]);
  });

  it("a transfer to a voter without a link is refused, and the leader leads on", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    const [other] = world.others(first);
    await world.settled(other?.elector.stop() ?? Promise.resolve());
    await world.advance(100);
    await expect(world.settled(first.elector.transfer({ to: other?.id ?? "" }))).rejects.toMatchObject({
      code: "transferRefused",
      message: expect.stringMatching(/no link/),
    });
    expect(first.elector.isLeader).toBe(true);
    await expect(world.settled(first.elector.transfer({ to: "z" }))).rejects.toMatchObject({
      code: "transferRefused",
    });
  });

  it("a voter that is cut off says isolated", async () => {
    const world = await Electors.of(three);
    await world.leader();
    world.isolate("a");
    await world.advance(10);
    expect(world.seat("a").elector.status().isolated).toBe(true);
    expect(world.seat("b").elector.status().isolated).toBe(false);
  });
});
