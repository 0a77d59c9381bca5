import { setTimeout as realSleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Replica, ServiceCluster, ServiceError } from "../../src/testing/index.js";

/** What a run of this service fails with. */
async function failureOf(service: (replica: Replica) => void | Promise<void>): Promise<ServiceError> {
  const cluster = new ServiceCluster({ service });
  const error = await cluster.advance(5_000).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServiceError);
  return error as ServiceError;
}

const whileLeading = (body: (replica: Replica) => unknown) => (replica: Replica) =>
  void replica.elector.whileLeader(async () => void (await body(replica)));

describe("a service that fails", () => {
  it.each<[string, (replica: Replica) => void | Promise<void>, RegExp]>([
    [
      "throws as it starts",
      () => {
        throw new Error("no disk");
      },
      /^n1 at 0\.\d+ ms: the service threw: Error: no disk$/,
    ],
    [
      "rejects as it starts",
      async ({ sleep }) => {
        await sleep(100);
        throw new Error("no disk");
      },
      /^n\d at 10\d\.\d+ ms: the service threw: Error: no disk$/,
    ],
    [
      "asks for a lease out of reach",
      ({ elector }) => void elector.whileLeader((lead) => lead.ensure(5_000)),
      /^n\d at \d+\.\d+ ms: the body of whileLeader asked for more lease than there ever is.*: RaftbeatError: 5000 ms of lease were asked for/,
    ],
    [
      "throws while it leads",
      whileLeading(() => {
        throw new TypeError("row is null");
      }),
      /^n\d at \d+\.\d+ ms: the body of whileLeader threw: TypeError: row is null$/,
    ],
    [
      "throws in a listener",
      ({ elector }) => {
        elector.subscribe(() => {
          throw new Error("no listener");
        });
      },
      /^n\d at \d+\.\d+ ms: a listener threw: Error: no listener$/,
    ],
    [
      "throws in a callback",
      ({ schedule }) => {
        schedule(50, () => {
          throw new Error("late");
        });
      },
      /^n\d at 50\.\d+ ms: a scheduled callback threw: Error: late$/,
    ],
    [
      "leaves a promise rejected",
      whileLeading(async ({ sleep }) => {
        void sleep(5).then(() => Promise.reject(new Error("lost")));
        await sleep(100);
      }),
      /^n\d at \d+\.\d+ ms: a promise of the service was rejected and nothing handled it: Error: lost$/,
    ],
  ])("fails the test with the replica and the time: it %s", async (_, service, words) => {
    const error = await failureOf(service);
    expect(error.message).toMatch(words);
    expect(error.replica).toBe(error.message.slice(0, 2));
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("is not one that finds its lease over, or whose late write is refused", async () => {
    const cluster = new ServiceCluster({
      service: (replica) =>
        void replica.elector.whileLeader(async (lead) => {
          for (;;) {
            await replica.sleep(10);
            if (lead.signal.aborted) throw new Error("token 1 is stale");
            lead.assertValid(1);
          }
        }),
    });
    await cluster.until(() => cluster.leader() !== null);
    const first = cluster.leader()?.id as string;
    cluster.isolate(first);
    await cluster.until(() => cluster.leader() !== null && cluster.leader()?.id !== first);
    cluster.heal();
    await cluster.advance(1_000);
  });

  it("fails the test also with what cannot be made text of", async () => {
    const { message } = await failureOf(
      whileLeading(() => {
        throw Object.create(null);
      }),
    );
    expect(message).toMatch(/: the body of whileLeader threw: something that is no text$/);
  });

  it("fails the test with what `onServiceError` throws, also where a hook of Node.js has called that", async () => {
    const cluster = new ServiceCluster({
      service: whileLeading(() => realSleep(1)),
      onServiceError: ({ message }) => {
        throw new TypeError(`taken: ${message}`);
      },
    });
    await expect(cluster.advance(5_000)).rejects.toThrow(/^taken: .*waits for real time/);
  });

  it("may fail on purpose where somebody takes its errors", async () => {
    const errors: string[] = [];
    const cluster = new ServiceCluster({
      onServiceError: ({ replica, message }) => void errors.push(`${replica} ${message.split(": ").at(-1)}`),
      service: () => {
        throw new Error("on purpose");
      },
    });
    await cluster.advance(1_000);
    expect(errors).toEqual(["n1 on purpose", "n2 on purpose", "n3 on purpose"]);
  });

  it("leaves the rejections of others to the listeners that were there", async () => {
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const heard: unknown[] = [];
    process.on("unhandledRejection", (reason) => void heard.push(reason));
    const cluster = new ServiceCluster({ service: () => {} });
    void Promise.reject("of the test");
    await cluster.advance(10);
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
    expect(heard).toEqual(["of the test"]);
  });
});

describe("real time in a service", () => {
  it.each<[string, RegExp, (replica: Replica) => unknown]>([
    [
      "setTimeout",
      /waits for real time: setTimeout, at/,
      () => new Promise((resolve) => setTimeout(resolve, 1)),
    ],
    ["setInterval", /waits for real time: setInterval, at/, () => clearInterval(setInterval(() => {}, 1))],
    ["node:timers/promises", /waits for real time: setTimeout, at/, () => realSleep(1)],
    [
      "setTimeout after an await",
      /waits for real time: setTimeout, at/,
      async ({ sleep }) => {
        await sleep(5);
        clearTimeout(setTimeout(() => {}, 1));
      },
    ],
    ["Date.now", /reads real time: Date\.now, at/, () => Date.now()],
    ["performance.now", /reads real time: performance\.now, at/, () => performance.now()],
  ])("is found and named with its line and the remedy: %s", async (_, words, body) => {
    const { message } = await failureOf(whileLeading(body));
    expect(message).toMatch(words);
    expect(message).toContain("service-error.test.ts");
    expect(message).toContain("`replica.");
  });

  it("of the test itself is no failure, and the clocks are as before", async () => {
    const { now } = Date;
    const cluster = new ServiceCluster({ service: () => {} });
    const stop = setInterval(() => void Date.now(), 1);
    await cluster.until(() => {
      performance.now();
      clearTimeout(setTimeout(() => {}, 1));
      return Date.now() > 0 && cluster.nowMs > 2_000;
    });
    clearInterval(stop);
    expect(Date.now).toBe(now);
    expect(Object.hasOwn(performance, "now")).toBe(false);
  });
});
