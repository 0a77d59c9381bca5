import { describe, expect, it } from "vitest";
import { closeLimitMs, openLimitMs } from "../../src/elector/ports/ports-in-time.js";
import type { Transport, VoteStore } from "../../src/runtime/ports.js";
import { Electors } from "./support/electors.js";

const never = (): void => {};

/** A node alone, whose ports do as on any machine but for these. */
function startAlone(
  world: Electors,
  ports: { readonly store?: Partial<VoteStore>; readonly transport?: Partial<Transport> },
) {
  const asked: string[] = [];
  const logged: string[] = [];
  const log = (_details: object, message: string) => void logged.push(message);
  const starting = world.begin("a", {
    voters: { a: "ws://a:1" },
    wrapStore: (store) => ({
      ...store,
      close(callback) {
        asked.push("close");
        store.close(callback);
      },
      ...ports.store,
    }),
    wrapTransport: (transport) => ({
      ...transport,
      stop(callback) {
        asked.push("stop");
        transport.stop(callback);
      },
      ...ports.transport,
    }),
    logger: { debug: never, info: never, warn: log, error: log },
  });
  return { asked, logged, starting };
}

describe("stop settles although a port hangs, and says so", () => {
  it.each([
    [
      "a store that never closes",
      { store: { close: never } },
      "storeFailed",
      /lock of the vote store is kept/,
    ],
    [
      "a transport that never stops",
      { transport: { stop: never } },
      "transportFailed",
      /has not stopped within/,
    ],
    [
      "both",
      { transport: { stop: never }, store: { close: never } },
      "storeFailed",
      /a write may still reach the disk/,
    ],
    [
      "a store that throws",
      {
        store: {
          close: () => {
            throw new Error("broken");
          },
        },
      },
      "storeFailed",
      /broken/,
    ],
  ])("%s", async (_what, ports, code, message) => {
    const world = new Electors();
    const { logged, starting } = startAlone(world, ports);
    const elector = await world.settled(starting);
    await world.until(() => elector.isLeader);
    await world.settled(elector.stop(), 2 * closeLimitMs + 100);
    expect(await elector.closed).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(logged).toContainEqual(expect.stringMatching(message));
    expect(elector.status().role).toBe("stopped");
  });

  it.each([false, true])("a disk that hangs in a write, with handover: %s", async (handover) => {
    const world = await Electors.of(["a", "b", "c"]);
    const { id, elector, logged } = await world.leader();
    await world.advance(500);
    world.hangDisk(id);
    const [other] = world.others(world.seat(id));
    if (other !== undefined) world.hangDisk(other.id);
    // The write of the change hangs, and closing waits for it.
    elector.reconfigure({ remove: other?.id ?? "" }).catch(never);
    await world.advance(1);
    await world.settled(elector.stop({ handover }), 60_000);
    expect(await elector.closed).toMatchObject({ code: "storeFailed" });
    expect(logged).toContainEqual(expect.stringMatching(/a write may still reach the disk/));
  });

  it("a follower whose vote hangs", async () => {
    const world = await Electors.of(["a", "b", "c"]);
    const leader = await world.leader();
    const [follower] = world.others(leader);
    if (follower === undefined) throw new Error("no follower");
    world.hangDisk(follower.id);
    world.isolate(leader.id);
    await world.advance(3000);
    await world.settled(follower.elector.stop({ handover: true }), closeLimitMs + 100);
    expect(await follower.elector.closed).toMatchObject({ code: "storeFailed" });
  });
});

describe("createElector settles although a port hangs", () => {
  it.each([
    [
      "a store that never opens",
      { store: { open: never } },
      "storeFailed",
      false,
      /has not opened within 30000 ms/,
    ],
    [
      "a first write that never ends",
      { store: { write: never } },
      "storeFailed",
      true,
      /^the record was not written within/,
    ],
    [
      "a transport that never starts",
      { transport: { start: never } },
      "transportFailed",
      true,
      /not started within/,
    ],
  ])("%s", async (_what, ports, code, closes, message) => {
    const world = new Electors();
    const { starting, asked } = startAlone(world, ports);
    await expect(world.settled(starting, openLimitMs + 1000)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    // What never opened has no lock to free.
    expect(asked.includes("close")).toBe(closes);
  });

  it("a store that opens too late is closed, so that its lock is free", async () => {
    const world = new Electors();
    let open: Parameters<VoteStore["open"]>[0] = never;
    const { starting, asked } = startAlone(world, {
      store: {
        open: (callback) => {
          open = callback;
        },
      },
    });
    await expect(world.settled(starting, openLimitMs + 1000)).rejects.toMatchObject({ code: "storeFailed" });
    expect(asked).toEqual([]);
    open(null, null);
    expect(asked).toEqual(["close"]);
  });

  it("a start that fails is not held up by what does not close", async () => {
    const world = new Electors();
    const broken = { start: (_: unknown, callback: (error: Error) => void) => callback(new Error("taken")) };
    const { starting, logged } = startAlone(world, { store: { close: never }, transport: broken as never });
    await expect(world.settled(starting, closeLimitMs + 100)).rejects.toMatchObject({
      code: "transportFailed",
      message: expect.stringMatching(/taken/),
    });
    expect(logged).toContainEqual(expect.stringMatching(/lock of the vote store is kept/));
  });
});
