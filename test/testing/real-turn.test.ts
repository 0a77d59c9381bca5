import { afterEach, expect, it, vi } from "vitest";
import { testService } from "../../src/testing/index.js";

afterEach(() => void vi.useRealTimers());

const idle = { service: () => {}, pages: null };

it("a cluster under fake timers says what stands still, and how to go on", async () => {
  vi.useFakeTimers();
  await expect(testService(idle, (cluster) => cluster.advance(1_000))).rejects.toThrow(
    /^setImmediate does nothing, .*vi\.useRealTimers\(\)/,
  );
});

it("a cluster needs no real dates", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  await testService(idle, (cluster) => cluster.advance(1_000));
});
