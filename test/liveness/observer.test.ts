import { describe, expect, it } from "vitest";
import { startObserver } from "../../src/liveness/observer.js";
import type { LivenessEvent } from "../../src/liveness/roster/liveness-event.js";
import { resolveRoster } from "../../src/liveness/roster/rules.js";
import { Host } from "./support/host.js";

/** Beats at this interval until a stall of so long at 5 s, and after it; those of the stall are lost. Gives what was told of the sender. */
function throughStall(senderMs: number, pauseMs: number, stallMs: number): string[] {
  const host = new Host();
  const told: LivenessEvent[] = [];
  const settings = resolveRoster({ intervalMs: 1000, pauseMs, deadAfterMs: 0 });
  const observer = startObserver(
    settings,
    host.clock(),
    (event) => told.push(event),
    (thrown) => {
      throw thrown;
    },
  );
  const beatAt = (atMs: number): void =>
    host.arrives(atMs, () =>
      observer.tell({
        kind: "beat",
        id: "q",
        boot: "1",
        slot: atMs / senderMs,
        intervalMs: senderMs,
        zone: "",
      }),
    );
  for (let atMs = 0; atMs <= 5000; atMs += senderMs) beatAt(atMs);
  host.runUntil(5000);
  host.stall(stallMs);
  const next = Math.ceil(host.nowMs / senderMs) * senderMs;
  for (let atMs = next; atMs <= 8000; atMs += senderMs) beatAt(atMs);
  host.runUntil(8000);
  observer.stop();
  return told.map(({ kind }) => kind);
}

describe("an observer that was away (A1, A2)", () => {
  it.each([
    [100, 100, 550],
    [100, 100, 110],
    [100, 300, 299],
    [100, 300, 950],
    [1000, 200, 199],
    [1000, 200, 850],
    [10_000 / 4, 500, 900],
  ])(
    "accuses no sender that beats every %i ms, with a pause of %i ms, for %i ms",
    (senderMs, pauseMs, stallMs) => {
      expect(throughStall(senderMs, pauseMs, stallMs)).toEqual(["alive"]);
    },
  );
});
