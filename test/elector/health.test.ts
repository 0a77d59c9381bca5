import { describe, expect, it } from "vitest";
import { Electors, flushed } from "./support/electors.js";

const three = ["a", "b", "c"];

describe("the health of a service", () => {
  it("a node does not campaign before its service has said it is well", async () => {
    let well = false;
    const world = await Electors.of(["a"], { health: { check: () => well } });
    await world.advance(5000);
    expect(world.seat("a").elector.status()).toMatchObject({ contending: false, role: "follower" });
    well = true;
    // It said no before, so the cool-down follows.
    await world.until(() => world.seat("a").elector.isLeader, 8000);
  });

  it("a check may be a method of an object with private parts", async () => {
    class Service {
      readonly #isWell = true;
      check(): boolean {
        return this.#isWell;
      }
    }
    const world = await Electors.of(["a"], { health: new Service() });
    await world.until(() => world.seat("a").elector.isLeader, 8000);
  });

  const ways: [string, (options: { signal: AbortSignal }) => boolean | Promise<boolean>][] = [
    ["says no", () => false],
    ["throws", () => Promise.reject(new Error("down"))],
    ["does not answer in time", () => new Promise(() => {})],
    ["throws what is no text", () => Promise.reject(Object.create(null))],
    ["says what is no text", () => Object.create(null)],
  ];
  it.each(ways)(
    "a leader whose service %s resigns, and campaigns only after the cool-down",
    async (_how, check) => {
      const world = new Electors();
      const voters = Object.fromEntries(three.map((id) => [id, `ws://${id}:1`]));
      let sick: string | null = null;
      for (const id of three)
        await world.start(id, {
          voters,
          coolDownMs: 3000,
          health: {
            check: (options) => (sick === id ? check(options) : true),
            intervalMs: 100,
            timeoutMs: 200,
          },
        });
      const first = await world.leader();
      await world.advance(300);
      sick = first.id;
      await world.until(() => first.told.some((words) => /^lost \d+ unhealthy$/.test(words)), 400);
      await world.until(() => world.leaders().length === 1, 100);
      expect(first.elector.status().contending).toBe(false);
      sick = null;
      await world.until(() => first.logged.length > 0, 500);
      await world.advance(2500);
      expect(first.elector.status().contending).toBe(false);
      await world.advance(1000);
      expect(first.elector.status().contending).toBe(true);
    },
  );

  it("checks come one after the other, are told when they are too late, and end with the elector", async () => {
    let running = 0;
    let most = 0;
    const aborted: boolean[] = [];
    const world = await Electors.of(["a"], {
      health: {
        intervalMs: 50,
        timeoutMs: 100,
        check: ({ signal }) => {
          running++;
          most = Math.max(most, running);
          return new Promise<boolean>((_resolve, reject) => {
            signal.addEventListener("abort", () => {
              running--;
              aborted.push(signal.aborted);
              reject(new Error("too late"));
            });
          });
        },
      },
    });
    await world.advance(1000);
    expect(most).toBe(1);
    expect(aborted.length).toBeGreaterThan(3);
    await world.settled(world.seat("a").elector.stop());
    await flushed();
    const count = aborted.length;
    expect(running).toBe(0);
    await world.advance(1000);
    expect(aborted).toHaveLength(count);
  });
});
