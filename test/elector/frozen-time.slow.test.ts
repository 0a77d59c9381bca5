import { afterEach, describe, expect, it, vi } from "vitest";
import { createTimeWatch } from "../../src/elector/ports/frozen-time.js";
import { createElector, loopbackTransport, memoryVoteStore } from "../../src/index.js";
import {
  afterRealMs,
  systemClock,
  systemRandom,
  type systemSchedule,
} from "../../src/runtime/system-ports.js";

afterEach(() => {
  vi.useRealTimers();
});

/** What an elector that waits for a leader warns of, in a test with these fake timers; two real seconds pass. */
async function warningsWith(toFake: NonNullable<Parameters<typeof vi.useFakeTimers>[0]>["toFake"]) {
  const warnings: string[] = [];
  const warn = (_details: object, sentence: string) => void warnings.push(sentence);
  const looked = new Promise<void>((resolve) => afterRealMs(2_200, resolve));
  vi.useFakeTimers({ toFake: toFake ?? [] });
  let led = false;
  const starting = createElector({
    cluster: "test",
    id: "a",
    voters: { a: "ws://a:1" },
    store: memoryVoteStore({ unsafeForgetsVotes: true }),
    transport: loopbackTransport(),
    logger: { debug() {}, info() {}, warn, error() {} },
  });
  const waiting = starting
    .then((elector) => elector.waitForLeader())
    .then(
      () => {
        led = true;
      },
      () => {},
    );
  await looked;
  vi.useRealTimers();
  // A start that waits for what a fake timer swallowed never ends.
  if (!toFake?.includes("setImmediate")) {
    await (await starting).stop();
    await waiting;
  }
  return { warnings, led };
}

describe("an elector in a test with fake timers", () => {
  it("that can never lead says so, once, with the remedy", async () => {
    const { warnings, led } = await warningsWith(["setTimeout", "setImmediate", "performance", "Date"]);
    expect(led).toBe(false);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^this node waits, and its time stands still: setTimeout, setImmediate, performance\.now did nothing in 2 seconds\. .*vi\.useFakeTimers.*leave setTimeout.*ServiceCluster/,
      ),
    ]);
  });

  it("that replace the clock alone says which", async () => {
    const { warnings, led } = await warningsWith(["performance"]);
    expect(led).toBe(false);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("stands still: performance.now did");
  });

  it("leads, and says nothing, where the remedy is followed", async () => {
    expect(await warningsWith(["Date"])).toEqual({ warnings: [], led: true });
  });
});

describe("the watch of an elector's time", () => {
  it("gives what was due in a blocked event loop one more turn", () => {
    const looks: (() => void)[] = [];
    const due: (() => void)[] = [];
    let nowMs = 0;
    const warnings: string[] = [];
    const ports = {
      clock: {
        ...systemClock(),
        nowMs: () => nowMs,
        afterPoll: (callback: () => void) => void due.push(callback),
      },
      schedule: ((_ms, callback) => {
        due.push(callback);
        return () => {};
      }) as typeof systemSchedule,
      random: systemRandom,
    };
    const watch = createTimeWatch(
      ports,
      (_ms, callback) => looks.push(callback),
      (sentence) => warnings.push(sentence),
    );
    const pass = (isBlocked: boolean) => {
      watch.look();
      nowMs += 2_300;
      looks.shift()?.();
      if (isBlocked) for (const callback of due.splice(0)) callback();
      looks.shift()?.();
    };
    pass(true);
    expect(warnings).toEqual([]);
    pass(false);
    expect(warnings).toEqual([expect.stringContaining("setTimeout, setImmediate did nothing")]);
  });

  it("looks once at a time, and not after the end", () => {
    const looks: (() => void)[] = [];
    const ports = {
      clock: { ...systemClock(), afterPoll: () => {} },
      schedule: (() => () => {}) as typeof systemSchedule,
      random: systemRandom,
    };
    const warnings: string[] = [];
    const watch = createTimeWatch(
      ports,
      (_ms, callback) => looks.push(callback),
      (sentence) => warnings.push(sentence),
    );
    watch.look();
    watch.look();
    expect(looks).toHaveLength(1);
    watch.end();
    looks[0]?.();
    watch.look();
    expect(looks).toHaveLength(1);
    expect(warnings).toEqual([]);
  });
});
