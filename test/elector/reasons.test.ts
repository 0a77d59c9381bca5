import { describe, expect, it } from "vitest";
import { Electors } from "./support/electors.js";

const three = ["a", "b", "c"];
const voters = Object.fromEntries(three.map((id) => [id, `ws://${id}:7400`]));
const laptop = { heartbeatIntervalMs: 150, electionTimeout: { minMs: 1000, maxMs: 2000 } };

describe("who leads, once nobody does", () => {
  it("is forgotten by an observer and an unhealthy voter within the longest election timeout", async () => {
    const world = new Electors();
    for (const id of ["a", "b"]) await world.start(id, { voters, metadata: `http://${id}` });
    await world.start("c", { voters, health: { check: () => false } });
    const leader = await world.leader();
    await world.start("d", { join: true });
    const add = { id: "d", address: "ws://d:7400", voter: false };
    await world.settled(leader.elector.reconfigure({ add }));
    const watchers = [world.seat("c").elector, world.seat("d").elector];
    await world.until(() => watchers.every((watcher) => watcher.status().leaderMetadata !== null));
    world.isolate("a");
    world.isolate("b");
    await world.advance(240);
    for (const watcher of watchers) expect(watcher.status().leader).toBe(leader.id);
    await world.advance(65);
    for (const watcher of watchers)
      expect(watcher.status()).toMatchObject({
        leader: null,
        leaderMetadata: null,
        whyNoLeader: expect.any(String),
      });
    expect(world.seat("d").elector.status().whyNoLeader).toContain("this node is an observer");
    const waiting = world.seat("d").elector.waitForLeader();
    world.heal();
    expect(await world.settled(waiting)).toMatchObject({ metadata: expect.stringMatching(/^http:/) });
  });

  it("is forgotten at once where it stops without a handover", async () => {
    const world = await Electors.of(three);
    const leader = await world.leader();
    const stopping = leader.elector.stop();
    await world.advance(2);
    for (const { elector } of world.others(leader)) expect(elector.status().leader).toBeNull();
    await world.settled(stopping);
  });

  it("is nobody while no service is well, everybody says so, and one leads soon after", async () => {
    let well = true;
    const health = { check: () => well, intervalMs: 100 };
    const world = await Electors.of(three, { health, coolDownMs: 1000 });
    await world.leader();
    well = false;
    await world.until(() => world.leaders().length === 0);
    await world.advance(1000);
    for (const { elector } of world.seats.values())
      expect(elector.status()).toMatchObject({
        leader: null,
        whyNoLeader: expect.stringMatching(/^this node does not campaign: its service is unhealthy; 2 of 3/),
      });
    well = true;
    await world.until(() => world.leaders().length === 1, 1000 + 100 + 400);
  });
});

describe("the log", () => {
  it("says why there is no leader: once for each reason, and never in an ordinary election", async () => {
    const world = new Electors();
    for (const id of ["a", "b", "c"]) await world.start(id, { voters });
    await world.leader();
    await world.advance(500);
    for (const id of ["b", "c"]) await world.settled(world.seat(id).elector.stop());
    const said = () => world.seat("a").logged.filter((line) => line.startsWith("no leader"));
    await world.advance(1500);
    expect(said()).toEqual([]);
    await world.advance(60_000);
    expect(said()).toEqual([
      "no leader: 2 of 3 voters are needed, and this node reaches none of the others: b (no link yet), c (no link yet)",
    ]);
    await world.start("b", { voters });
    const leader = await world.leader();
    await world.start("c", { voters });
    await world.advance(1000);
    const before = new Map(world.others(leader).map(({ id, logged }) => [id, logged.length]));
    world.isolate(leader.id);
    await world.until(() => world.leaders().some((seat) => seat !== leader));
    world.heal();
    await world.advance(10_000);
    for (const { id, logged } of world.others(leader))
      expect(logged.slice(before.get(id)).filter((line) => line.startsWith("no leader"))).toEqual([]);
  });

  it("names who refuses, where founders were given different lists", async () => {
    const world = new Electors();
    await world.start("a", { voters: { a: "ws://a:1", b: "ws://b:1" } });
    await world.start("b", { voters });
    await world.advance(3000);
    expect(world.seat("a").elector.status().whyNoLeader).toContain("b refuses: it belongs to no cluster yet");
    expect(world.seat("b").elector.status().whyNoLeader).toMatch(
      /^the cluster is not founded yet: this node has not met c \(no link yet\)/,
    );
    expect(world.seat("a").logged.some((line) => line.startsWith("no leader: 2 of 2"))).toBe(true);
  });

  it("says of a voter that died what the cluster survives", async () => {
    const world = await Electors.of(["a", "b", "c", "d", "e"]);
    const leader = await world.leader();
    await world.advance(1000);
    expect(leader.elector.status()).toMatchObject({ survivableFailures: 2, warnings: [] });
    const [first, second] = world.others(leader).map(({ id }) => id) as [string, string];
    for (const { elector } of world.others(leader)) expect(elector.status().survivableFailures).toBeNull();
    world.isolate(first);
    await world.advance(1500);
    expect(leader.elector.status().survivableFailures).toBe(1);
    world.isolate(second);
    await world.advance(1500);
    const ofFirst = `voter ${first} does not answer (no link); the cluster survives 1 more failure`;
    const ofSecond = `voter ${second} does not answer (no link); the cluster survives no further failure`;
    expect(leader.logged).toEqual([ofFirst, ofSecond]);
    expect(leader.elector.status()).toMatchObject({
      survivableFailures: 0,
      warnings: [ofFirst.replace("1 more failure", "no further failure"), ofSecond].sort(),
    });
    world.heal();
    await world.advance(1000);
    expect(leader.elector.status()).toMatchObject({ survivableFailures: 2, warnings: [] });
  });

  it("says which members have another timing", async () => {
    const world = new Electors();
    for (const id of ["a", "b"]) await world.start(id, { voters });
    await world.start("c", { voters, timing: laptop });
    const leader = await world.leader();
    await world.advance(2000);
    const others = leader.id === "c" ? ["a", "b"] : ["c"];
    expect(leader.logged).toHaveLength(others.length);
    for (const other of others)
      expect(leader.logged.join()).toContain(
        `${other} has another timing than this leader: it holds votes for`,
      );
  });
});

describe("a voter that holds its vote for less than two of the fastest heartbeats", () => {
  it("is told of by name, with the times and the remedy, in place of its other timing", async () => {
    const world = new Electors();
    const hasty = { heartbeatIntervalMs: 5, electionTimeout: { minMs: 20, maxMs: 40 } };
    for (const id of ["a", "b"]) await world.start(id, { voters, timing: laptop });
    await world.start("c", { voters, timing: hasty, health: { check: () => false } });
    const leader = await world.leader();
    await world.advance(3000);
    expect(["a", "b"]).toContain(leader.id);
    const said = leader.elector.status().warnings;
    expect(said).toEqual([
      "c holds votes for 20 ms only, and this leader sends no heartbeats faster than every 15 ms: a lease that rests on c lapses between two of them: give all members the same timing",
    ]);
  });
});

describe("a path that drops large packets", () => {
  it("keeps no leader from its lease, whose metadata are given up and told of", async () => {
    const world = new Electors();
    world.cluster.network.longestMessage = 900;
    for (const id of three) await world.start(id, { voters, metadata: "m".repeat(1000) });
    await world.advance(20_000);
    const leader = await world.leader();
    const { term } = leader.elector.status();
    await world.advance(10_000);
    expect(leader.elector.status()).toMatchObject({ isLeader: true, term });
    for (const { elector, id } of world.others(leader)) {
      expect(elector.status()).toMatchObject({ leader: leader.id, leaderMetadata: null });
      expect(leader.logged.join()).toContain(`${id} does not get this node's metadata and goes without`);
    }
  });

  it("is named where not even a request for votes passes, although there are links", async () => {
    const world = new Electors();
    world.cluster.network.longestMessage = 100;
    for (const id of three) await world.start(id, { voters });
    await world.advance(10_000);
    for (const { logged, id } of world.seats.values()) {
      const deaf = three.filter((other) => other !== id);
      for (const other of deaf)
        expect(logged.join("\n")).toMatch(new RegExp(`${other} has a link and answers neither .*MTU`));
    }
  });
});

describe("an arbiter", () => {
  it("votes, never leads, is no transferee, and says so when nobody else is left", async () => {
    const world = new Electors();
    const arbiter = await world.start("a", { voters, arbiter: true, absentFounders: ["c"] });
    await world.start("b", { voters, absentFounders: ["c"] });
    const first = await world.leader();
    await world.advance(300);
    expect(arbiter.status()).toMatchObject({ role: "follower", leader: "b", arbiter: true });
    await expect(world.settled(first.elector.transfer({ to: "a" }))).rejects.toThrow(
      "b cannot hand over to a now: it is an arbiter, which votes and never leads",
    );
    await world.start("c", { voters });
    await world.advance(1000);
    await world.settled(first.elector.stop({ handover: true }));
    expect((await world.leader()).id).toBe("c");
    world.isolate("c");
    await world.advance(10_000);
    expect(arbiter.status()).toMatchObject({ leader: null, role: "follower" });
    expect(world.seat("a").logged.at(-1)).toMatch(
      /^no leader: this node is an arbiter: it votes and never leads; 2 of 3/,
    );
  });

  it("is refused as the only voter", async () => {
    const world = new Electors();
    const alone = world.start("a", { voters: { a: "ws://a:1" }, arbiter: true });
    await expect(alone).rejects.toThrow(/^arbiter \(true\) and voters \(a\) contradict each other/);
  });
});

describe("members that all stop at once", () => {
  it("wait neither for a transferee nor for a lease to end", async () => {
    const world = await Electors.of(three, { timing: laptop });
    await world.leader();
    await world.advance(3000);
    const fromMs = world.nowMs;
    const electors = [...world.seats.values()].map(({ elector }) => elector);
    await world.settled(Promise.all(electors.map((elector) => elector.stop({ handover: true }))));
    expect(world.nowMs - fromMs).toBeLessThan(2 * laptop.heartbeatIntervalMs);
  });
});
