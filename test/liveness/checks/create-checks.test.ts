import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/elector/observers/logger.js";
import { type Checks, type ChecksOptions, createChecks, type Probe } from "../../../src/liveness/index.js";
import { Host } from "../support/host.js";

/** Lets promises settle, and what follows from them. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Checks in a process of their own, with a probe whose answers the test gives. */
class Checked {
  readonly host = new Host();
  readonly checks: Checks;
  readonly told: string[] = [];
  /** Probes under way. */
  readonly asked: {
    readonly id: string;
    readonly signal: AbortSignal;
    readonly answer: (ok: unknown) => void;
    readonly fail: (error: unknown) => void;
  }[] = [];

  constructor(options: Partial<ChecksOptions> = {}, draw = 0) {
    const probe: Probe = (id, { signal }) =>
      new Promise((resolve, reject) => {
        this.asked.push({ id, signal, answer: resolve as (ok: unknown) => void, fail: reject });
      });
    this.checks = createChecks(
      { backends: ["a"], probe, logger: silentLogger, jitter: 0, ...options },
      { clock: this.host.clock(), random: () => draw },
    );
    this.checks.subscribe((event) =>
      this.told.push(`${event.kind}${"id" in event ? ` ${event.id}` : ""} ${Math.round(this.host.nowMs)}`),
    );
  }

  /** Lets time pass, with each probe answered in the turn in which it was sent. */
  async passing(untilMs: number, ok: unknown): Promise<void> {
    while (this.host.nowMs < untilMs) {
      for (const { answer } of this.asked.splice(0)) answer(ok);
      await settled();
      this.host.runUntil(Math.min(untilMs, this.host.nowMs + 100));
    }
  }
}

describe("checks", () => {
  it("probe at once, by a probe of the service's own, and tell what follows", async () => {
    const { checks, told, asked, host } = new Checked();
    expect(asked.map(({ id }) => id)).toEqual(["a"]);
    asked[0]?.answer(true);
    await settled();
    expect(told).toEqual(["probed a 0"]);
    expect(checks.status()).toEqual({
      panics: false,
      usable: ["a"],
      backends: [
        {
          id: "a",
          target: "",
          up: true,
          credit: 4,
          usable: true,
          weight: 1,
          draining: false,
          ejectedForMs: null,
          last: { ok: true, reason: "", latencyMs: 0, agoMs: 0 },
        },
      ],
    });
    expect(host.timerCount).toBe(1);
  });

  it.each([
    [(checked: Checked) => checked.asked[0]?.answer(false), "the probe said false"],
    [(checked: Checked) => checked.asked[0]?.answer("yes"), "the probe gave yes, not true or false"],
    [(checked: Checked) => checked.asked[0]?.fail(new Error("no\nroute")), "no\ufffdroute"],
    [(checked: Checked) => checked.asked[0]?.fail(undefined), "undefined"],
    [(checked: Checked) => checked.asked[0]?.fail({ code: "ECONNREFUSED", message: "" }), "ECONNREFUSED"],
    [(checked: Checked) => checked.asked[0]?.fail(new Error("x".repeat(1000))), "x".repeat(200)],
  ])("say why a probe failed, in one bounded line (%#)", async (end, reason) => {
    const checked = new Checked();
    end(checked);
    await settled();
    expect(checked.checks.status().backends[0]?.last).toMatchObject({ ok: false, reason });
  });

  it("count a probe that throws as one without an answer", async () => {
    const probe = () => {
      throw new Error("a probe's mistake");
    };
    const { checks } = new Checked({ probe });
    await settled();
    expect(checks.status().backends[0]?.last?.reason).toBe("a probe's mistake");
  });

  it("abort a probe that has had its time, and begin no other of the backend until it has ended", async () => {
    const { asked, host, told } = new Checked();
    host.runUntil(1000);
    expect(asked[0]?.signal.aborted).toBe(true);
    host.runUntil(10_500);
    await settled();
    expect(asked).toHaveLength(1);
    expect(told.filter((line) => line.startsWith("down"))).toEqual(["down a 3000"]);
    asked[0]?.answer(true);
    await settled();
    // The old answer counts for nothing; the newest probe has begun.
    expect(asked).toHaveLength(2);
    asked[1]?.answer(true);
    await settled();
    expect(told.at(-1)).toBe("probed a 10500");
  });

  it("accuse nobody after this process was stopped for a minute", async () => {
    const { host, told, asked, checks } = new Checked({ backends: ["a", "b"] });
    host.stall(60_000);
    host.runUntil(60_500);
    expect(told).toEqual([]);
    // Aborted, and sent again once it has ended.
    for (const { answer } of asked.splice(0)) answer(false);
    await settled();
    for (const { answer } of asked.splice(0)) answer(true);
    await settled();
    expect(told).toEqual(["probed a 60500", "probed b 60500"]);
    expect(checks.usable()).toEqual(["a", "b"]);
  });

  it("draw a backend by its weight", async () => {
    let draw = 0;
    const host = new Host();
    const checks = createChecks(
      { backends: ["a", "b", "c"], probe: () => true, slowStartMs: 1000, logger: silentLogger },
      { clock: host.clock(), random: () => draw },
    );
    const picks = () =>
      [0, 0.33, 0.34, 0.66, 0.67, 0.999].map((each) => {
        draw = each;
        return checks.pick();
      });
    expect(picks()).toEqual(["a", "a", "b", "b", "c", "c"]);
    checks.set(["a", "b", "c", "d"]);
    // d has 0.1 of 3.1.
    draw = 0.967;
    expect(checks.pick()).toBe("c");
    draw = 0.968;
    expect(checks.pick()).toBe("d");
    expect([checks.weight("d"), checks.weight("nobody")]).toEqual([0.1, 0]);
    for (const id of ["a", "b", "c", "d"]) checks.drain(id);
    expect([checks.pick(), checks.usable()]).toEqual([null, []]);
    checks.close();
  });

  it("are told apart by events, the log and diagnostics_channel, each with the id", async () => {
    const lines: unknown[] = [];
    const log = (details: object, message: string) => void lines.push([message, details]);
    const published: unknown[] = [];
    const hear = (message: unknown) => void published.push(message);
    subscribe("raftbeat:liveness:down", hear);
    const checked = new Checked({ fall: 1, logger: { debug: log, info: log, warn: log, error: log } });
    checked.checks.subscribe(() => {
      throw new Error("a listener's mistake");
    });
    checked.asked[0]?.answer(false);
    await settled();
    unsubscribe("raftbeat:liveness:down", hear);
    expect(published).toEqual([{ kind: "down", id: "a", reason: "the probe said false" }]);
    expect(lines).toContainEqual(["backend is down", { id: "a", reason: "the probe said false" }]);
    expect(lines).toContainEqual([
      "too few backends are well: all that do not drain are used",
      { panics: true, wellCount: 0, ofCount: 1 },
    ]);
    expect(lines).toContainEqual(["a subscriber threw", { error: new Error("a listener's mistake") }]);
  });

  it("end with their iterators: probes are aborted, no timer and no event is left", async () => {
    const { checks, asked, host, told } = new Checked();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { backends } of checks.changes()) seen.push(backends.length);
    })();
    await settled();
    checks.set(["a", "b"]);
    await settled();
    await checks[Symbol.asyncDispose]();
    await reading;
    expect(seen).toEqual([1, 2, 2]);
    expect(await checks.ended).toBeNull();
    expect(asked.every(({ signal }) => signal.aborted)).toBe(true);
    expect(host.timerCount).toBe(0);
    const before = told.length;
    asked[0]?.answer(false);
    checks.report("a", { ok: false });
    checks.set([]);
    await settled();
    expect(told.length).toBe(before);
  });

  it("change nothing where new backends are refused", () => {
    const { checks } = new Checked();
    expect(() => checks.set(["a", "a"])).toThrow("backends: the id a is there twice");
    expect(() => checks.set({ b: 5 } as never)).toThrow("backends.b (5) must be text");
    expect(checks.usable()).toEqual(["a"]);
    expect(() => checks.drain("b")).toThrow("there is no backend b: status() names those there are");
    checks.set(["backend-1"]);
    expect(() => checks.undrain("backend-2")).toThrow(
      "there is no backend backend-2; did you mean backend-1?",
    );
  });

  it.each([
    [{}, "backends is missing"],
    [{ backends: 5 }, "backends (5) must be a map of ids to targets"],
    [{ backends: ["a"] }, "backends (a list) must be a map of ids to targets"],
    [
      { backends: { a: "10.0.0.7" } },
      "backends.a (10.0.0.7) must be an http:// or https:// URL, or tcp://host:port",
    ],
    [{ backends: { a: "tcp://db" } }, "backends.a (tcp://db) must be"],
    [{ backends: { a: "ftp://user:pw@x" } }, "backends.a (ftp://(not shown)@x) must be"],
    [{ backends: { "a b": "http://x" } }, "the id a b must be 1 to 64 characters"],
    [
      { backends: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`b${i}`, "http://x"])) },
      "backends (1001 of them) must be at most 1000",
    ],
    [{ backends: {}, rise: 0 }, "rise (0) must be a whole number from 1 to 100"],
    [{ backends: {}, panicBelow: 50 }, "panicBelow (50) must be a number from 0 to 1"],
    [{ backends: {}, assume: "sick" }, 'assume (sick) must be "up" or "down"'],
    [{ backends: {}, eject: { share: 1 } }, "eject.share (1) is no option"],
    [{ backends: {}, http: { statuses: "299-200" } }, "http.statuses (299-200) must be statuses and ranges"],
    [{ backends: {}, http: { statuses: "2xx" } }, "http.statuses (2xx) must be statuses and ranges"],
    [{ backends: {}, http: { headers: { "a b": "x" } } }, "http.headers (an object) must be a map of names"],
    [{ backends: {}, http: { headers: { a: "x\ny" } } }, "http.headers (an object) must be a map of names"],
    [{ backends: {}, http: { method: "POST" } }, "http.method (POST) must be GET, HEAD or OPTIONS"],
    [{ backends: {}, http: { tls: { ca: "no PEM", key: "x" } } }, "must be ca, cert, key and passphrase"],
    [{ backends: {}, intervall: 5 }, "intervall (5) is no option: the options of checks"],
  ])("are not made with %j", (options, sentence) => {
    expect(() => createChecks(options as ChecksOptions)).toThrow(sentence);
  });
});
