import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/elector/observers/logger.js";
import {
  type Beat,
  createMonitor,
  createPulse,
  detectors,
  type LivenessEvent,
  type Monitor,
  type MonitorOptions,
} from "../../src/liveness/index.js";
import { Host } from "./support/host.js";

/** A monitor in a process of its own, and senders elsewhere whose beats take 5 ms. */
class Watched {
  readonly host = new Host();
  readonly monitor: Monitor;
  readonly told: string[] = [];

  constructor(options: MonitorOptions = { intervalMs: 1000 }) {
    this.monitor = createMonitor(
      { logger: silentLogger, ...options },
      { clock: this.host.clock(), random: () => 0.5 },
    );
    this.monitor.subscribe((event) =>
      this.told.push(`${event.kind}${"id" in event ? ` ${event.id}` : ""} ${Math.round(this.host.nowMs)}`),
    );
  }

  /** Beats of this sender arrive from one slot to another. */
  beats(id: string, from: number, to: number): void {
    for (let slot = from; slot <= to; slot++)
      this.host.arrives(slot * 1000 + 5, () => this.monitor.beat(id, { boot: "1", slot }));
  }
}

describe("a monitor", () => {
  it("tells stderr of a suspicion where it is given no logger", () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const { host, beats } = bound(new Watched({ intervalMs: 1000, logger: undefined }));
      beats("a", 0, 3);
      host.runUntil(10_000);
      expect(said.mock.calls.flat()).toEqual([
        expect.stringMatching(
          / warn raftbeat monitor: peer is suspected \(id a, silentMs \d+, reason silence\)$/,
        ),
      ]);
    } finally {
      said.mockRestore();
    }
  });

  it("tells once that a peer is alive, suspect and dead, with one timer for all", () => {
    const { host, told, beats } = bound(new Watched());
    for (const id of ["a", "b", "c"]) beats(id, 0, 60);
    beats("d", 0, 10);
    host.runUntil(60_500);
    expect(told).toEqual([
      "alive a 5",
      "alive b 5",
      "alive c 5",
      "alive d 5",
      "suspect d 14005",
      "dead d 18005",
    ]);
    expect(host.timerCount).toBe(1);
  });

  it("accuses nobody after it was stopped for 20 s, whose beats waited in its sockets", () => {
    const { host, told, beats } = bound(new Watched());
    for (const id of ["a", "b"]) beats(id, 0, 60);
    host.runUntil(10_500);
    host.stall(20_000);
    host.runUntil(60_500);
    expect(told).toEqual(["alive a 5", "alive b 5"]);
  });

  it("accuses nobody after a stall that lost what arrived meanwhile: the others have a whole window to be heard", () => {
    const { host, told, beats } = bound(new Watched());
    for (const id of ["a", "b"]) beats(id, 0, 10);
    host.runUntil(10_500);
    host.stall(20_000);
    for (const id of ["a", "b"]) beats(id, 32, 60);
    host.runUntil(60_500);
    expect(told).toEqual(["alive a 5", "alive b 5"]);
  });

  it("sees a stall of an interval even where no deadline came in between", () => {
    const { host, told, beats } = bound(new Watched());
    beats("a", 0, 10);
    host.runUntil(10_100);
    // The deadline is at 14,005; the process is away until just before it.
    host.stall(3800);
    host.runUntil(17_000);
    expect(told).toEqual(["alive a 5"]);
    host.runUntil(18_000);
    expect(told.slice(1)).toEqual(["suspect a 17900"]);
  });

  it("hears what has arrived before it believes a timer that is late", () => {
    const { host, told, monitor } = bound(new Watched({ intervalMs: 1000 }));
    monitor.beat("a", { boot: "1", slot: 0 });
    host.runUntil(3990);
    host.arrives(4010, () => monitor.beat("a", { boot: "1", slot: 4 }));
    // Held up for less than what counts as an absence, with both the deadline and a beat in it.
    host.stall(30);
    host.runUntil(5000);
    expect(told).toEqual(["alive a 0"]);
  });

  it("accuses nobody after its machine slept for an hour and every connection is closed", () => {
    const { host, told, monitor, beats } = bound(new Watched());
    for (const id of ["a", "b"]) beats(id, 0, 10);
    host.runUntil(10_500);
    host.sleep(3_600_000);
    host.arrives(10_600, () => {
      monitor.closed("a");
      monitor.closed("b");
    });
    for (const id of ["a", "b"])
      for (let beat = 0; beat < 20; beat++)
        host.arrives(13_000 + beat * 1000, () => monitor.beat(id, { boot: "1", slot: 3613 + beat }));
    host.runUntil(32_900);
    expect(told).toEqual(["alive a 5", "alive b 5"]);
    host.runUntil(36_100);
    expect(told.slice(2).sort()).toEqual(["suspect a 36000", "suspect b 36000"]);
  });

  it("notices that its machine slept by the first thing that it hears, though its own clock has hardly gone on", () => {
    const { host, told, monitor, beats } = bound(new Watched());
    beats("a", 0, 10);
    host.runUntil(10_006);
    host.sleep(3_600_000);
    monitor.closed("a");
    expect(told).toEqual(["alive a 5"]);
  });

  it("suspects a peer at once whose connection is closed, and takes it back when it beats again", () => {
    const { host, told, monitor, beats } = bound(new Watched());
    beats("a", 0, 10);
    host.runUntil(10_500);
    monitor.closed("a");
    beats("a", 11, 20);
    host.runUntil(20_500);
    expect(told).toEqual(["alive a 5", "suspect a 10500", "alive a 11005"]);
    expect(monitor.peer("a")?.patience).toBe(0);
  });

  it("shows each peer as it is now", () => {
    const { host, monitor } = bound(new Watched({ intervalMs: 1000, zoneOf: (id) => id.slice(0, 1) }));
    monitor.watch("c1");
    monitor.beat("b1", { boot: "x", slot: 7 });
    host.runUntil(1000);
    expect(monitor.peers().map(({ id, status }) => [id, status])).toEqual([
      ["b1", "alive"],
      ["c1", "unknown"],
    ]);
    expect(monitor.peer("b1")).toEqual({
      id: "b1",
      boot: "x",
      status: "alive",
      intervalMs: 1000,
      level: 0.25,
      silentMs: 1000,
      suspectInMs: 3000,
      patience: 0,
      zone: "b",
    });
    expect(monitor.peer("nobody")).toBeNull();
    host.runUntil(4000);
    expect(monitor.peer("b1")).toMatchObject({ status: "suspect", suspectInMs: null });
    expect(Object.isFrozen(monitor.peer("b1"))).toBe(true);
    expect(monitor.doubts).toBe(false);
  });

  it("throws at no beat, whatever it says, and counts what it refuses", () => {
    const { monitor } = bound(new Watched());
    monitor.beat("a", { slot: 1 });
    for (const slot of [-1, Number.NaN, 1.5, "5" as never]) monitor.beat("a", { slot });
    monitor.beat("a", { boot: "not a name", slot: 2 });
    monitor.beat("a", { boot: 5 as never, slot: 2 });
    monitor.beat("not a name");
    monitor.beat(5 as never);
    monitor.goodbye("nobody");
    monitor.closed("nobody");
    monitor.forget("nobody");
    expect(monitor.counts()).toMatchObject({ badSlots: 4, badBoots: 2, refusedPeers: 2, staleBeats: 0 });
    expect(() => monitor.watch("not a name")).toThrow("the id not a name must be 1 to 64 characters");
  });

  it("is told apart from the others by events, the log and diagnostics_channel, each with the peer's name", () => {
    const lines: unknown[] = [];
    const log = (details: object, message: string) => void lines.push([message, details]);
    const published: unknown[] = [];
    const hear = (message: unknown) => void published.push(message);
    subscribe("raftbeat:liveness:suspect", hear);
    const { host, monitor } = bound(
      new Watched({ intervalMs: 1000, logger: { debug: log, info: log, warn: log, error: log } }),
    );
    monitor.beat("a");
    monitor.subscribe(() => {
      throw new Error("a listener's mistake");
    });
    host.runUntil(5000);
    unsubscribe("raftbeat:liveness:suspect", hear);
    const suspicion: LivenessEvent = { kind: "suspect", id: "a", silentMs: 4000, reason: "silence" };
    expect(published).toEqual([suspicion]);
    expect(lines).toContainEqual(["peer is suspected", { id: "a", silentMs: 4000, reason: "silence" }]);
    expect(lines).toContainEqual(["a subscriber threw", { error: new Error("a listener's mistake") }]);
  });

  it("goes on with the unnamed zone where zoneOf throws or gives no text", () => {
    const zoneOf = (id: string): string => {
      if (id === "a") throw new Error("no such zone");
      return 5 as never;
    };
    const { monitor } = bound(new Watched({ intervalMs: 1000, zoneOf }));
    monitor.beat("a");
    monitor.beat("b");
    expect(monitor.peers().map(({ zone }) => zone)).toEqual(["", ""]);
  });

  it("ends with its iterators: the last state is told, and no timer is left", async () => {
    const { host, monitor } = bound(new Watched());
    const seen: string[] = [];
    const reading = (async () => {
      for await (const peers of monitor.changes()) seen.push(peers.map(({ id }) => id).join());
    })();
    await Promise.resolve();
    monitor.beat("a");
    await new Promise((resolve) => setImmediate(resolve));
    monitor.beat("b");
    monitor.close();
    await reading;
    expect(seen[0]).toBe("");
    expect(seen.at(-1)).toBe("a,b");
    expect(await monitor.ended).toBeNull();
    expect(host.timerCount).toBe(0);
    monitor.beat("c");
    expect(monitor.peers()).toHaveLength(2);
  });

  it("ends with an error where a detector of the service's own throws", async () => {
    const detector = { ...detectors.missed({ intervalMs: 1000 }) };
    detector.deadlineMs = () => {
      throw new Error("a detector's mistake");
    };
    const { monitor, host } = bound(new Watched({ detector }));
    monitor.beat("a");
    expect(await monitor.ended).toMatchObject({ code: "internal" });
    expect(host.timerCount).toBe(0);
  });

  it.each([
    [{}, "intervalMs is missing"],
    [{ intervalMs: 0 }, "intervalMs (0) must be a number from 1 to 86400000"],
    [{ detector: {} }, "must be one of the detectors"],
    [{ detector: detectors.missed({ intervalMs: 100 }), intervalMs: 200 }, "intervalMs (200) contradicts"],
    [{ intervalMs: 100, rise: 0 }, "rise (0) must be a whole number from 1 to 100"],
    [{ intervalMs: 100, interval: 5 }, "interval (5) is no option"],
  ])("is not made with %j", (options, sentence) => {
    expect(() => createMonitor(options as MonitorOptions)).toThrow(sentence);
  });
});

describe("a pulse", () => {
  function pulseOn(host: Host, draw: number) {
    const sent: (Beat & { readonly atMs: number })[] = [];
    const send = (beat: Beat) => void sent.push({ ...beat, atMs: host.nowMs });
    const pulse = createPulse(
      { id: "a", intervalMs: 1000, send },
      { clock: host.clock(), random: () => draw },
    );
    return { sent, pulse };
  }

  it("beats at once, and then by the grid that it has drawn, however late each timer is (P1)", () => {
    const host = new Host();
    const { sent } = pulseOn(host, 0.3);
    host.runUntil(3000);
    host.stall(250);
    host.runUntil(5500);
    expect(sent.map(({ slot, atMs }) => [slot, atMs])).toEqual([
      [0, 0],
      [1, 300],
      [2, 1300],
      [3, 2300],
      [4, 3300],
      [5, 4300],
      [6, 5300],
    ]);
  });

  it("sends the present slot once after it was held up, and none that it missed (P2)", () => {
    const host = new Host();
    const { sent } = pulseOn(host, 0.3);
    host.runUntil(1500);
    host.stall(10_000);
    host.runUntil(12_400);
    expect(sent.map(({ slot, atMs }) => [slot, atMs]).slice(3)).toEqual([
      [12, 11_500],
      [13, 12_300],
    ]);
  });

  it("says goodbye once, and beats no more (P3)", () => {
    const host = new Host();
    const { sent, pulse } = pulseOn(host, 0.3);
    host.runUntil(1000);
    pulse.stop();
    pulse.stop();
    host.runUntil(9000);
    expect(sent.map(({ slot, leaving }) => [slot, leaving])).toEqual([
      [0, false],
      [1, false],
      [1, true],
    ]);
    expect(host.timerCount).toBe(0);
  });

  it("goes on where send throws, and says so in its log", () => {
    const host = new Host();
    const lines: string[] = [];
    const log = (_: object, message: string) => void lines.push(message);
    const send = (): never => {
      throw new Error("the link is down");
    };
    const logger = { debug: log, info: log, warn: log, error: log };
    createPulse({ id: "a", intervalMs: 1000, send, logger }, { clock: host.clock(), random: () => 0 });
    host.runUntil(2500);
    expect(lines).toEqual(Array(3).fill("a beat could not be sent"));
  });

  it("keeps a peer alive at a monitor through stalls of its own that are shorter than the pause, by any detector", () => {
    for (const make of Object.values(detectors)) {
      const host = new Host();
      const monitor = createMonitor(
        { detector: make({ intervalMs: 1000 }) },
        { clock: host.clock(), random: () => 0.5 },
      );
      const told: string[] = [];
      monitor.subscribe(({ kind }) => told.push(kind));
      const sender = new Host();
      const send = (beat: Beat) => host.arrives(sender.nowMs + 5, () => monitor.beat(beat.id, beat));
      const pulse = createPulse(
        { id: "a", intervalMs: 1000, send },
        { clock: sender.clock(), random: () => 0.7 },
      );
      for (let round = 0; round < 50; round++) {
        sender.runUntil(sender.nowMs + 1500);
        if (round % 10 === 9) sender.stall(2000);
        host.runUntil(sender.nowMs);
      }
      pulse.stop();
      host.runUntil(host.nowMs + 100_000);
      expect(told, monitor.peer("a")?.status).toEqual(["alive", "left"]);
    }
  });
});

/** Its methods, to be called by themselves. */
function bound(watched: Watched) {
  const { host, monitor, told } = watched;
  return { host, monitor, told, beats: watched.beats.bind(watched) };
}
