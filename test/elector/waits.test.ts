import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { ElectorStatus } from "../../src/elector/status.js";
import { Electors, flushed } from "./support/electors.js";

const three = ["a", "b", "c"];

describe("promise 6: every wait takes an AbortSignal and always settles; no signal handlers, no exit", () => {
  type Wait = (world: Electors, leader: string, signal?: AbortSignal) => Promise<unknown>;
  const withSignal = (signal?: AbortSignal) => (signal === undefined ? {} : { signal });
  const waits: [string, Wait][] = [
    ["waitForLeader", (world, id, signal) => world.seat(id).elector.waitForLeader(withSignal(signal))],
    ["verify", (world, id, signal) => world.seat(id).elector.verify(withSignal(signal))],
    ["resign", (world, id, signal) => world.seat(id).elector.resign(withSignal(signal))],
    [
      "transfer",
      (world, id, signal) => world.seat(id).elector.transfer({ to: other(id), ...withSignal(signal) }),
    ],
    [
      "reconfigure",
      (world, id, signal) =>
        world.seat(id).elector.reconfigure({ add: { id: "d", address: "ws://d:1" } }, withSignal(signal)),
    ],
  ];
  const other = (id: string): string => (id === "a" ? "b" : "a");

  /** A leader whose body hangs, cut off, so that nothing asked of it is answered. */
  async function stuckWorld(): Promise<{ world: Electors; id: string }> {
    const world = await Electors.of(three);
    const { id, elector } = await world.leader();
    elector.whileLeader(() => new Promise(() => {}));
    await world.advance(200);
    return { world, id };
  }

  it.each(waits)("%s is refused at once by a signal that is aborted already", async (_name, wait) => {
    const { world, id } = await stuckWorld();
    await expect(wait(world, id, AbortSignal.abort("enough"))).rejects.toMatchObject({
      code: "aborted",
      cause: "enough",
    });
  });

  it.each(waits)("%s settles by its signal, and leaves no listener on it", async (name, wait) => {
    const { world, id } = await stuckWorld();
    if (name === "verify") world.isolate(id);
    if (name === "waitForLeader") {
      world.isolate(id);
      await world.advance(1000);
    }
    const controller = new AbortController();
    const waiting = wait(world, id, controller.signal);
    waiting.catch(() => {});
    await flushed();
    controller.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "aborted", cause: "enough" });
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it.each(waits)("%s settles by stop, before the body has drained", async (name, wait) => {
    const { world, id } = await stuckWorld();
    if (name === "verify") world.isolate(id);
    if (name === "waitForLeader") {
      world.isolate(id);
      await world.advance(1000);
    }
    const waiting = wait(world, id);
    waiting.catch(() => {});
    void world.seat(id).elector.stop();
    await flushed();
    const settled = await Promise.race([waiting.catch((error: unknown) => error), flushed()]);
    // A handover that ends because the node stopped has ended as asked.
    if (name !== "resign" && name !== "transfer")
      expect(settled).toMatchObject({ code: expect.stringMatching(/notLeader|stopped/) });
    await expect(wait(world, id)).rejects.toMatchObject({ code: "stopped" });
  });

  it.each(waits)("%s settles by a failed store, with that error afterwards", async (name, wait) => {
    const { world, id } = await stuckWorld();
    const { elector } = world.seat(id);
    if (name === "waitForLeader") world.isolate(id);
    world.failDisk(id, new Error("no space"));
    const change = elector.reconfigure({ add: { id: "e", address: "ws://e:1", incarnation: "e-1" } });
    change.catch(() => {});
    await world.advance(0.1);
    const waiting = wait(world, id);
    waiting.catch(() => {});
    await world.until(() => elector.status().role === "stopped");
    await world.settled(waiting.catch(() => {}));
    await expect(wait(world, id)).rejects.toMatchObject({ code: "storeFailed" });
  });

  it("watch tells the present first, skips for a slow reader, never drops the last, and then ends", async () => {
    const world = await Electors.of(["a"]);
    const { elector } = world.seat("a");
    const statuses = elector.watch()[Symbol.asyncIterator]();
    expect((await statuses.next()).value).toMatchObject({ role: "follower", isLeader: false });
    await world.leader();
    await world.settled(elector.resign());
    await world.leader();
    const { value } = await statuses.next();
    expect(value).toMatchObject({ role: "leader", term: 2 });
    expect(Object.isFrozen(value)).toBe(true);
    await world.settled(elector.stop());
    expect((await statuses.next()).value).toMatchObject({ role: "stopped", isLeader: false });
    expect((await statuses.next()).done).toBe(true);
    const late: ElectorStatus[] = [];
    for await (const status of elector.watch()) late.push(status);
    expect(late.map(({ role }) => role)).toEqual(["stopped"]);
  });

  it("watch ends quietly by its signal, also while it waits, and leaves no listener", async () => {
    const world = await Electors.of(three);
    await world.leader();
    await world.advance(500);
    const controller = new AbortController();
    const statuses = world.seat("a").elector.watch({ signal: controller.signal })[Symbol.asyncIterator]();
    await statuses.next();
    const next = statuses.next();
    await flushed();
    controller.abort();
    expect((await next).done).toBe(true);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("a wait and a watch that are over leave no listener on a signal that lives on", async () => {
    const world = await Electors.of(three);
    const { signal } = new AbortController();
    const leader = await world.leader();
    await world.settled(leader.elector.verify({ signal }));
    await world.settled(leader.elector.waitForLeader({ signal }));
    const statuses = leader.elector.watch({ signal })[Symbol.asyncIterator]();
    for (let looks = 0; looks < 3; looks++) {
      const next = statuses.next();
      if (looks > 0) await world.settled(Promise.all([next, leader.elector.resign().catch(() => {})]));
      await next;
    }
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("a reader that waits when the elector ends is told the last and then the end", async () => {
    const world = await Electors.of(three);
    await world.leader();
    const roles: string[] = [];
    const { elector } = world.seat("a");
    const reading = (async () => {
      for await (const { role } of elector.watch()) roles.push(role);
    })();
    await world.advance(500);
    await world.settled(elector.stop());
    await world.settled(reading);
    expect(roles.at(-1)).toBe("stopped");
  });

  it("installs no signal handlers", async () => {
    const before = process.eventNames().map((name) => [name, process.listenerCount(name)]);
    const world = await Electors.of(three);
    await world.leader();
    for (const { elector } of world.seats.values()) await world.settled(elector.stop({ handover: true }));
    expect(process.eventNames().map((name) => [name, process.listenerCount(name)])).toEqual(before);
  });
});

describe("waiting for a leader", () => {
  it("resolves at a follower and at the leader, with the leader's metadata, once it has a lease", async () => {
    const world = await Electors.of(three, { metadata: "http://here" });
    const found = await world.settled(
      Promise.all([...world.seats.values()].map(({ elector }) => elector.waitForLeader())),
    );
    const leader = await world.leader();
    for (const info of found) expect(info).toEqual({ id: leader.id, term: 1, metadata: "http://here" });
  });

  it("verify resolves after a quorum round at a leader, and is refused elsewhere", async () => {
    const world = await Electors.of(three);
    const leader = await world.leader();
    const fromMs = world.nowMs;
    await world.settled(leader.elector.verify());
    expect(world.nowMs - fromMs).toBeCloseTo(2, 6);
    for (const { elector } of world.others(leader))
      await expect(world.settled(elector.verify())).rejects.toMatchObject({ code: "notLeader" });
    world.isolate(leader.id);
    await expect(world.settled(leader.elector.verify())).rejects.toMatchObject({ code: "notLeader" });
  });
});

describe("the end", () => {
  it("stop with handover passes the leadership on before it ends, and again does nothing", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    await world.advance(200);
    const fromMs = world.nowMs;
    const stopped = first.elector.stop({ handover: true });
    expect(first.elector.stop()).toBe(stopped);
    await world.settled(stopped);
    await world.until(() => world.leaders().length === 1, 10);
    expect(world.nowMs - fromMs).toBeLessThan(20);
    expect(world.leaders()).toHaveLength(1);
    expect(await first.elector.closed).toBeNull();
    expect(first.elector.status()).toMatchObject({ role: "stopped", isLeader: false, contending: false });
  });

  it("a handover in the very moment of winning waits for a transferee instead of leaving it to an election", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = await Electors.of(three, {}, { seed });
      const stopped = new Promise<number>((resolve) => {
        for (const { elector } of world.seats.values())
          elector.subscribe(({ kind }) => {
            if (kind === "elected") resolve(world.nowMs);
            if (kind === "elected" && elector.status().term === 1) void elector.stop({ handover: true });
          });
      });
      const wonMs = await world.settled(stopped);
      await world.until(() => world.leaders().some(({ elector }) => elector.status().term > 1));
      // Shorter than the shortest election timeout: nobody waited one out.
      expect(world.nowMs - wonMs, `seed ${seed}`).toBeLessThan(150);
    }
  });

  it("a failed store ends the elector: the loss is told, bodies drain, closed and the run tell the error", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    let reason: unknown;
    const run = first.elector.whileLeader(
      (lead) =>
        new Promise<void>((resolve) => {
          lead.signal.addEventListener("abort", () => {
            reason = lead.signal.reason;
            resolve();
          });
        }),
    );
    await world.advance(200);
    world.failDisk(first.id, new Error("no space left on device"));
    first.elector.reconfigure({ add: { id: "d", address: "ws://d:1", incarnation: "d-1" } }).catch(() => {});
    const error = await world.settled(first.elector.closed);
    expect(error).toMatchObject({
      code: "storeFailed",
      message: expect.stringMatching(/no space left on device/),
    });
    expect(reason).toMatchObject({ reason: "storeFailed" });
    await expect(run.ended).rejects.toBe(error);
    expect(first.elector.status()).toMatchObject({ role: "stopped", isLeader: false });
    expect(first.logged).toContain(String(error));
    expect(() => first.elector.whileLeader(() => {})).toThrow(/no space/);
    await world.until(() => world.leaders().length === 1);
  });

  it("await using hands over and stops", async () => {
    const world = await Electors.of(three);
    const first = await world.leader();
    await world.advance(200);
    await world.settled(Promise.resolve(first.elector[Symbol.asyncDispose]()));
    await world.until(() => world.leaders().length === 1, 10);
  });

  it("a store that is failing keeps an elector from starting, with its error", async () => {
    const world = new Electors();
    const voters = { a: "ws://a:1" };
    const store = {
      open: (callback: (error: Error, record: null) => void) =>
        queueMicrotask(() => callback(new Error("EIO"), null)),
      write: () => {},
      close: (callback: () => void) => queueMicrotask(callback),
    };
    await expect(world.start("a", { voters, store })).rejects.toMatchObject({ code: "storeFailed" });
  });
});
