import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChecksRules } from "../../../src/liveness/checks/checks-settings.js";
import { bad, Checker, pass, refused } from "../support/checker.js";

const names = (count: number) => Array.from({ length: count }, (_, index) => `b${index + 1}`);

describe("before and at the first probe", () => {
  it("is a backend usable where it is assumed to be up, and takes three fails to be down", () => {
    const checker = new Checker(["a", "b"]).behave("a", refused);
    expect(checker.usable()).toBe("a b");
    checker.until(1999);
    expect(checker.usable()).toBe("a b");
    checker.until(2001);
    expect(checker.story("down")).toEqual(["down a 2001"]);
    expect(checker.sentTo("a")).toEqual([0, 1000, 2000]);
    expect(checker.usable()).toBe("b");
  });

  it("is a backend up by its first probe if that passes, though rise is 2 (H2)", () => {
    const checker = new Checker(["a"], { assume: "down" });
    expect(checker.usable()).toBe("");
    expect(checker.until(1).story("up")).toEqual(["up a 1"]);
  });

  it("does a first probe that fails end the fast start: rise passes in a row are needed then (H2)", () => {
    const checker = new Checker(["a"], { assume: "down", panicBelow: 0 }).behave("a", refused).until(1);
    checker.behave("a", pass).until(4001);
    expect([checker.backend("a").credit, checker.usable()]).toEqual([1, ""]);
    expect(checker.until(5001).story("up")).toEqual(["up a 5001"]);
  });

  it("is a bad answer final where the service says so, and silence never (H3)", () => {
    const down = (answer: typeof bad | typeof refused | null, explicitIsFinal: boolean) =>
      new Checker(["a"], { explicitIsFinal }).behave("a", answer).until(1000).story("down");
    expect(down(bad, true)).toEqual(["down a 1"]);
    expect(down(bad, false)).toEqual([]);
    expect(down(refused, true)).toEqual([]);
    expect(down(null, true)).toEqual([]);
  });
});

describe("the times of probes (H4)", () => {
  it("are an interval apart while up, half while in between, two while down, from sending to sending", () => {
    const checker = new Checker(["a"]).behave("a", pass, 300).until(5000);
    checker.behave("a", refused).until(20_000);
    checker.behave("a", pass).until(27_500);
    expect(checker.sentTo("a")).toEqual([
      0, 2000, 4000, 6000, 7000, 8000, 12_000, 16_000, 20_000, 21_000, 23_000, 25_000, 27_000,
    ]);
  });

  it("have a phase for each backend, and a jitter of at most its share that does not repeat", () => {
    const checker = new Checker(names(4), { jitter: 0.1 }).until(100_000);
    expect(names(4).map((id) => checker.sentTo(id)[0])).toEqual([0, 250, 500, 750]);
    const times = checker.sentTo("b1");
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] as number));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1800);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2200);
    expect(Math.min(...gaps)).toBeLessThan(1820);
    expect(Math.max(...gaps)).toBeGreaterThan(2180);
    expect(new Set(gaps).size).toBeGreaterThan(40);
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(2000, -1);
  });

  it("end after timeoutMs: the probe is given up, and counts as failed", () => {
    const checker = new Checker(["a"], { timeoutMs: 400 }).behave("a", null).until(399);
    expect(checker.open.size).toBe(1);
    checker.until(400);
    expect(checker.open.size).toBe(0);
    expect(checker.told.at(-1)?.event).toMatchObject({
      ok: false,
      reason: "no answer within 400 ms",
      latencyMs: 400,
    });
  });

  it("never overlap for one backend, however long its answers take", () => {
    const checker = new Checker(["a"], { intervalMs: 100, timeoutMs: 1000 })
      .behave("a", pass, 350)
      .until(5000);
    expect(checker.mostOpen).toBe(1);
    expect(checker.sentTo("a").slice(0, 4)).toEqual([0, 350, 700, 1050]);
  });

  it("wait their turn where maxConcurrent are under way, the longest due first", () => {
    const checker = new Checker(names(6), { maxConcurrent: 2, intervalMs: 100, timeoutMs: 1000, jitter: 0 });
    for (const id of names(6)) checker.behave(id, pass, 300);
    checker.until(100_000);
    expect(checker.mostOpen).toBe(2);
    const counts = names(6).map((id) => checker.sentTo(id).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });
});

describe("attention (H5)", () => {
  it("repeats a probe at once that an absence of this process has hit, and does not count its failure", () => {
    const checker = new Checker(["a"]).behave("a", null).until(100).away(20_000);
    checker.until(20_100);
    expect(checker.told.filter(({ event }) => event.kind === "probed")).toEqual([]);
    expect(checker.sentTo("a")).toEqual([0, 20_100]);
    checker.behave("a", pass).until(22_101);
    expect(checker.backend("a").credit).toBe(4);
  });

  it("counts a pass that came in time, and none that may have waited", () => {
    const inTime = new Checker(["a"]).behave("a", pass, 400).until(100).away(300).until(400);
    expect(inTime.story("probed")).toEqual(["probed a 400"]);
    const late = new Checker(["a"]).behave("a", pass, 400).until(100).away(5000).until(5100);
    expect(late.story("probed")).toEqual([]);
    expect(late.sentTo("a")).toEqual([0, 5100]);
  });

  it("repeats all probes after the machine slept: nobody knows how old their answers are", () => {
    const checker = new Checker(["a"]).behave("a", pass, 400).until(100).away(10, true).until(399);
    expect(checker.sentTo("a")).toEqual([0, 110]);
    expect(checker.open.size).toBe(1);
    expect(checker.until(510).story("probed")).toEqual(["probed a 510"]);
  });

  it("accuses nobody for 100 absences in a row", () => {
    const checker = new Checker(names(5)).behave("b1", null);
    for (let round = 0; round < 100; round++) checker.until(checker.nowMs + 150).away(700);
    expect(checker.story("down", "panic")).toEqual([]);
    checker.until(checker.nowMs + 4000);
    expect(checker.story("down")).toHaveLength(1);
  });

  it("begins the rows of failed requests anew, and counts none for a timeout more", () => {
    const checker = new Checker(names(10), { eject: { errors: 5 } }).until(100).report("b1", false, 4);
    checker.away(2000).report("b1", false, 4).until(3200);
    expect(checker.report("b1", false, 4).story("ejected")).toEqual([]);
    expect(checker.report("b1", false).story("ejected")).toEqual(["ejected b1 3200"]);
  });
});

describe("requests of the service (H6)", () => {
  it("have a backend probed at once after ten failures in a row, and not after nine", () => {
    const checker = new Checker(["a"])
      .until(500)
      .report("a", false, 9)
      .report("a", true)
      .report("a", false, 9);
    expect(checker.sentTo("a")).toEqual([0]);
    checker.report("a", false);
    expect(checker.sentTo("a")).toEqual([0, 500]);
  });

  it("bring no more than one probe in a fast interval, however many fail", () => {
    const checker = new Checker(["a"], { intervalMs: 60_000, fastIntervalMs: 1000 }).until(10);
    for (let round = 0; round < 500; round++) checker.report("a", false, 20).until(checker.nowMs + 10);
    expect(checker.sentTo("a")).toEqual([0, 10, 1010, 2010, 3010, 4010]);
  });

  it("eject nobody unless the service says so", () => {
    expect(new Checker(names(10)).until(10).report("b1", false, 1000).story("ejected")).toEqual([]);
  });

  it("eject a backend after five failures in a row, for 30 s, though its probes pass; then for longer", () => {
    const checker = new Checker(names(10), { eject: {} }).until(1000).report("b1", false, 5);
    expect(checker.usable()).toBe(names(10).slice(1).join(" "));
    checker.until(30_999);
    expect(checker.weight("b1")).toBe(0);
    checker.until(31_000);
    expect(checker.weight("b1")).toBe(1);
    checker.report("b1", false, 5).until(200_000);
    expect(checker.story("ejected", "returned")).toEqual([
      "ejected b1 1000",
      "returned b1 31000",
      "ejected b1 31000",
      "returned b1 91000",
    ]);
    // 109 s in use forgive three.
    checker.report("b1", false, 5);
    expect(checker.told.at(-1)?.event).toEqual({ kind: "ejected", id: "b1", forMs: 30_000 });
  });

  it("eject for at most 300 s", () => {
    const checker = new Checker(names(10), { eject: {} });
    const lengths: number[] = [];
    for (let round = 0; round < 12; round++) {
      checker.report("b1", false, 5);
      const event = checker.told.findLast(({ event }) => event.kind === "ejected")?.event;
      const forMs = event?.kind === "ejected" ? event.forMs : 0;
      lengths.push(forMs / 1000);
      checker.until(checker.nowMs + forMs);
    }
    expect(lengths).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
  });

  it.each([
    // Envoy's OutlierDetectorImplTest, MaxEjectionPercentage.
    [0.5, 3, 1],
    [0.5, 4, 2],
    [0.1, 3, 1],
    [0.1, 30, 3],
    [0.29, 100, 29],
    [1, 4, 4],
    [0, 4, 1],
  ])("eject with a share of %d of %i backends at most %i", (maxShare, count, most) => {
    const checker = new Checker(names(count), { eject: { maxShare }, panicBelow: 0 });
    for (const id of names(count)) checker.report(id, false, 50);
    expect(checker.story("ejected")).toHaveLength(most);
  });

  it("count for nothing where the backend is down, drains, or is not known", () => {
    const checker = new Checker(names(3), { eject: { maxShare: 1 } })
      .behave("b1", refused)
      .drain("b2")
      .until(5000);
    checker.report("b1", false, 50).report("b2", false, 50).report("nobody", false, 50);
    expect(checker.story("ejected")).toEqual([]);
    checker.drain("b2", false).report("b2", false, 4);
    expect(checker.story("ejected")).toEqual([]);
  });
});

describe("which backends are usable (H7)", () => {
  it.each([
    [100, 100, false],
    [72, 100, false],
    [50, 100, false],
    [49, 100, true],
    [25, 100, true],
    [0, 100, true],
    [1, 2, false],
    [0, 1, true],
  ])("with %i of %i well: panic %s", (well, of, panics) => {
    const checker = new Checker(names(of), { maxConcurrent: 1000 });
    for (const id of names(of).slice(well)) checker.behave(id, refused);
    checker.until(5000);
    expect(checker.checks.panics).toBe(panics);
    expect(checker.usable()).toBe((panics ? names(of) : names(well)).join(" "));
  });

  it("counts no draining backend, neither as well nor as one of all, and uses none in panic", () => {
    const checker = new Checker(names(4)).behave("b1", refused).behave("b2", refused).until(5000);
    expect(checker.usable()).toBe("b3 b4");
    // One of three is well now.
    expect(checker.drain("b3").usable()).toBe("b1 b2 b4");
    // Then one of one.
    expect(checker.drain("b1").drain("b2").usable()).toBe("b4");
    expect(checker.drain("b4").usable()).toBe("");
    expect(checker.story("panic")).toEqual(["panic true 5000", "panic false 5000"]);
  });

  it("is told when panic begins and ends, with the counts", () => {
    const checker = new Checker(names(3)).behave("b1", refused).behave("b2", refused).until(5000);
    checker.behave("b1", pass).until(15_000);
    expect(checker.told.filter(({ event }) => event.kind === "panic").map(({ event }) => event)).toEqual([
      { kind: "panic", panics: true, wellCount: 1, ofCount: 3 },
      { kind: "panic", panics: false, wellCount: 2, ofCount: 3 },
    ]);
  });

  it("takes no backend that was not probed yet for sick: assumed down, they make no panic", () => {
    const checker = new Checker(names(4), { assume: "down" }).behave("b1", refused).until(1);
    expect([checker.checks.panics, checker.usable()]).toEqual([false, ""]);
  });
});

describe("slow start (H8)", () => {
  const settings: ChecksRules = { slowStartMs: 10_000, panicBelow: 0 };

  it("raises the weight from 0.1 to 1 after a backend has come up", () => {
    const checker = new Checker(["a", "b"], settings).behave("a", refused).until(3000);
    checker.behave("a", pass).until(7001);
    expect(checker.story("down", "up")).toEqual(["down a 2001", "up a 7001"]);
    const weights = [0, 1000, 5000, 9999, 10_000].map((ms) => checker.until(7001 + ms).weight("a"));
    expect(weights.map((weight) => weight.toFixed(3))).toEqual(["0.100", "0.190", "0.550", "1.000", "1.000"]);
    expect(checker.weight("b")).toBe(1);
  });

  it("is never at the start of the process, whatever is assumed", () => {
    for (const assume of ["up", "down"] as const)
      expect(new Checker(["a"], { ...settings, assume }).until(1).weight("a")).toBe(1);
  });

  it("is for a backend that was added, and for one that was down from the start", () => {
    const checker = new Checker(["a"], { ...settings, assume: "down" }).behave("a", refused).until(1000);
    checker.set(["a", "b"]).behave("a", pass).until(10_000);
    expect(checker.weight("a")).toBeLessThan(0.7);
    expect(checker.weight("b")).toBeLessThan(0.95);
  });

  it("begins when the drain ends, where the backend was down during it", () => {
    const checker = new Checker(["a"], settings).until(10).drain("a").behave("a", refused).until(6000);
    checker.behave("a", pass).until(60_000).drain("a", false);
    expect(checker.weight("a")).toBeCloseTo(0.1, 9);
    const warm = new Checker(["a"], settings).until(10).drain("a").until(60_000).drain("a", false);
    expect(warm.weight("a")).toBe(1);
  });

  it("is left out in panic: all that do not drain weigh the same", () => {
    const checker = new Checker(names(3), { slowStartMs: 60_000 })
      .behave("b1", refused)
      .behave("b2", refused);
    checker.until(5000).behave("b1", pass).until(9000).behave("b3", refused).until(15_000);
    expect(checker.checks.panics).toBe(true);
    expect(names(3).map((id) => checker.weight(id))).toEqual([1, 1, 1]);
  });
});

describe("drain (H9)", () => {
  it("takes a backend out of use at once and probes it on", () => {
    const checker = new Checker(["a", "b"]).until(10).drain("a");
    expect([checker.usable(), checker.weight("a")]).toEqual(["b", 0]);
    checker.until(10_000);
    expect(checker.sentTo("a")).toEqual([0, 2000, 4000, 6000, 8000, 10_000]);
    expect(checker.drain("a", false).usable()).toBe("a b");
    expect(checker.drain("a", false).drain("nobody").story("draining")).toEqual([
      "draining a 10",
      "draining a 10000",
    ]);
  });
});

describe("backends that come and go", () => {
  it("keep what is known of them, if id and target are as before", () => {
    const checker = new Checker(["a", "b"], { panicBelow: 0 }).behave("a", refused).until(5000).drain("b");
    checker.set(["b", "c", "a"]);
    expect(checker.usable()).toBe("c");
    expect(checker.story("added", "removed").slice(2)).toEqual(["added c 5000"]);
    checker.set(["a:elsewhere", "b", "c"]);
    expect(checker.usable()).toBe("a c");
    expect(checker.story("added", "removed").slice(3)).toEqual(["removed a 5000", "added a 5000"]);
  });

  it("are no longer probed once removed, and what their probes say counts for nobody of the same name", () => {
    const checker = new Checker(["a", "b"]).behave("a", null).until(100);
    const [first] = checker.sent;
    checker.set(["b"]).set(["a", "b"]);
    expect(checker.open.has(first?.probe as number)).toBe(false);
    const answer = { kind: "answer", id: "a", probe: first?.probe as number, answer: bad } as const;
    expect(checker.tell(answer).story("probed")).toEqual([]);
    checker.set([]).until(20_000);
    expect(checker.open.size).toBe(0);
  });

  it("leave the count of probes under way as it is: room is never lost", () => {
    const checker = new Checker(["a"], { maxConcurrent: 1 });
    for (let round = 0; round < 20; round++)
      checker
        .behave("a", null)
        .until(checker.nowMs + 10)
        .set([])
        .set(["a"]);
    checker.behave("a", pass).until(checker.nowMs + 10_000);
    expect(checker.backend("a").last?.ok).toBe(true);
  });
});

/** Something that happens to a checker of the backends b1 to b4. */
const happenings = fc.oneof(
  fc.record({ kind: fc.constant("time" as const), forMs: fc.integer({ min: 0, max: 5000 }) }),
  fc.record({
    kind: fc.constant("away" as const),
    forMs: fc.integer({ min: 0, max: 5000 }),
    jumped: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("behave" as const),
    id: fc.constantFrom(...names(4)),
    answer: fc.constantFrom(pass, bad, refused, null),
    afterMs: fc.integer({ min: 0, max: 1500 }),
  }),
  fc.record({
    kind: fc.constant("report" as const),
    id: fc.constantFrom(...names(4)),
    ok: fc.boolean(),
    times: fc.integer({ min: 1, max: 12 }),
  }),
  fc.record({
    kind: fc.constant("drain" as const),
    id: fc.constantFrom(...names(4)),
    draining: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("set" as const),
    ids: fc.uniqueArray(fc.constantFrom(...names(4), "b1:else"), { selector: (id) => id.slice(0, 2) }),
  }),
);

describe("whatever happens", () => {
  it("keeps its bounds: one probe a backend, maxConcurrent in all, none of a removed one, credits and weights in range, no draining one used, panic and shares as they are defined", () => {
    const rules: ChecksRules = {
      maxConcurrent: 2,
      slowStartMs: 5000,
      eject: { maxShare: 0.5, errors: 3, baseMs: 3000 },
    };
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 60 }), (list) => {
        const checker = new Checker(names(4), rules);
        for (const one of list) {
          switch (one.kind) {
            case "time":
              checker.until(checker.nowMs + one.forMs);
              break;
            case "away":
              checker.away(one.forMs, one.jumped);
              break;
            case "behave":
              checker.behave(one.id, one.answer, one.afterMs);
              break;
            case "report":
              checker.report(one.id, one.ok, one.times);
              break;
            case "drain":
              checker.drain(one.id, one.draining);
              break;
            case "set":
              checker.set(one.ids);
              break;
          }
          const { checks } = checker;
          const all = [...checks.backends.values()];
          const open = [...checker.open.values()].map(({ id }) => id);
          expect(open.length).toBe(checks.underWayCount);
          expect(open.length).toBeLessThanOrEqual(2);
          expect(new Set(open).size).toBe(open.length);
          expect(open.every((id) => checks.backends.has(id))).toBe(true);
          const usable = checker
            .usable()
            .split(" ")
            .filter((id) => id !== "");
          const active = all.filter(({ draining }) => !draining);
          if (checks.panics) expect(usable).toEqual(active.map(({ id }) => id));
          else expect(usable.length).toBeGreaterThanOrEqual(Math.floor(active.length / 2));
          for (const backend of all) {
            const weight = checker.weight(backend.id);
            expect(usable.includes(backend.id) ? weight >= 0.1 && weight <= 1 : weight === 0).toBe(true);
            expect(backend.credit).toBeGreaterThanOrEqual(0);
            expect(backend.credit).toBeLessThanOrEqual(4);
          }
        }
        // And it goes on: once all pass again, all are up.
        for (const id of names(4)) checker.behave(id, pass);
        checker.until(checker.nowMs + 60_000);
        for (const { id } of checker.checks.backends.values()) checker.drain(id, false);
        expect(checker.usable()).toBe([...checker.checks.backends.keys()].join(" "));
      }),
      { numRuns: 300 },
    );
  });
});
