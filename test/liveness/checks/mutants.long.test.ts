import { describe, expect, it } from "vitest";
import { type Edit, planted } from "../../support/planted-build.js";
import { bad, Checker, checksRules, pass, type RulesOfChecks, refused } from "../support/checker.js";

const names = (count: number) => Array.from({ length: count }, (_, index) => `b${index + 1}`);

/** What goes on, and what must be so after it: each fails on checks that break their rule. */
const stories: Readonly<Record<string, (rules: RulesOfChecks) => void>> = {
  "one bad answer in three brings nobody down (H1)"(rules) {
    const checker = new Checker(["a"], {}, rules);
    for (let round = 0; round < 20; round++) {
      checker.behave("a", round % 3 === 0 ? refused : pass).until(checker.sent.at(-1)?.atMs as number);
      checker.until(checker.nowMs + 1).until(checker.backend("a").nextProbeMs);
    }
    expect(checker.story("down")).toEqual([]);
  },
  "a backend that passes every other time stays down (H1)"(rules) {
    const checker = new Checker(["a"], { assume: "down" }, rules);
    for (let round = 0; round < 20; round++) {
      checker.behave("a", round % 2 === 0 ? refused : pass).until(checker.nowMs + 1);
      checker.until(checker.backend("a").nextProbeMs);
    }
    expect(checker.story("up")).toEqual([]);
  },
  "a first fail ends the fast start (H2)"(rules) {
    const checker = new Checker(["a"], { assume: "down" }, rules).behave("a", refused).until(1);
    checker.behave("a", pass).until(4001);
    expect(checker.story("up")).toEqual([]);
  },
  "a first pass is up at once (H2)"(rules) {
    expect(new Checker(["a"], { assume: "down" }, rules).until(1).story("up")).toEqual(["up a 1"]);
  },
  "silence is never final (H3)"(rules) {
    const checker = new Checker(["a"], { explicitIsFinal: true }, rules).behave("a", refused).until(10);
    expect(checker.story("down")).toEqual([]);
    expect(checker.behave("a", bad).until(1001).story("down")).toEqual(["down a 1001"]);
  },
  "a backend has one probe under way (H4)"(rules) {
    const checker = new Checker(["a", "b"], { intervalMs: 100, timeoutMs: 1000 }, rules).behave(
      "a",
      pass,
      700,
    );
    expect(checker.until(5000).mostOpenOfOne).toBe(1);
  },
  "no more than maxConcurrent are under way (H4)"(rules) {
    const checker = new Checker(names(6), { maxConcurrent: 2, intervalMs: 100, timeoutMs: 1000 }, rules);
    for (const id of names(6)) checker.behave(id, pass, 300);
    checker.until(20_000);
    expect(checker.mostOpen).toBe(2);
    const counts = names(6).map((id) => checker.sentTo(id).length);
    expect(Math.min(...counts)).toBeGreaterThan(15);
  },
  "backends do not fall into step (H4)"(rules) {
    const checker = new Checker(names(4), { jitter: 0.1 }, rules).until(200_000);
    expect(new Set(names(4).map((id) => checker.sentTo(id)[0])).size).toBe(4);
    const times = checker.sentTo("b2");
    expect(
      new Set(times.slice(1).map((atMs, index) => atMs - (times[index] as number))).size,
    ).toBeGreaterThan(50);
  },
  "an absence is no failure of a backend (H5)"(rules) {
    const checker = new Checker(["a"], {}, rules).behave("a", null);
    for (let round = 0; round < 20; round++) checker.until(checker.nowMs + 100).away(5000);
    checker.until(checker.nowMs + 500);
    expect(checker.story("probed")).toEqual([]);
  },
  "an answer that waited is none (H5)"(rules) {
    const checker = new Checker(["a"], {}, rules)
      .behave("a", pass, 400)
      .until(100)
      .away(60_000)
      .until(60_100);
    expect(checker.story("probed")).toEqual([]);
  },
  "an answer from before a sleep is none (H5)"(rules) {
    const checker = new Checker(["a"], {}, rules).behave("a", pass, 400).until(100).away(10, true).until(499);
    expect(checker.story("probed")).toEqual([]);
  },
  "requests that an absence has failed eject nobody (H6)"(rules) {
    const checker = new Checker(names(4), { eject: {} }, rules).until(100).away(5000);
    expect(checker.report("b1", false, 10).story("ejected")).toEqual([]);
  },
  "requests alone bring nobody down, and probes no storm (H6)"(rules) {
    const checker = new Checker(["a"], {}, rules).until(10);
    for (let round = 0; round < 1000; round++) checker.report("a", false, 10).until(checker.nowMs + 2);
    expect(checker.story("down", "ejected")).toEqual([]);
    expect(checker.sentTo("a").length).toBeLessThanOrEqual(5);
  },
  "ejections keep their share and grow in a row (H6)"(rules) {
    const checker = new Checker(names(4), { eject: { maxShare: 0.5 }, panicBelow: 0 }, rules).until(10);
    for (const id of names(4)) checker.report(id, false, 50);
    expect(checker.story("ejected")).toEqual(["ejected b1 10", "ejected b2 10"]);
    checker.until(30_010).report("b1", false, 5).until(90_009);
    expect(checker.story("returned")).toEqual(["returned b1 30010", "returned b2 30010"]);
  },
  "a pass of a probe ends no ejection (H6)"(rules) {
    const checker = new Checker(names(4), { eject: {} }, rules)
      .until(10)
      .report("b1", false, 5)
      .until(20_000);
    expect(checker.usable()).toBe("b2 b3 b4");
  },
  "panic counts those that do not drain, and uses no other (H7)"(rules) {
    const checker = new Checker(names(5), {}, rules).drain("b4").drain("b5");
    checker.behave("b1", refused).behave("b2", refused).until(5000);
    expect(checker.usable()).toBe("b1 b2 b3");
    const calm = new Checker(names(5), {}, rules).drain("b3").drain("b4").drain("b5").behave("b1", refused);
    expect(calm.until(5000).usable()).toBe("b2");
  },
  "exactly the share is no panic, and ejected are not well (H7)"(rules) {
    const checker = new Checker(names(2), { eject: {} }, rules).behave("b1", refused).until(5000);
    expect(checker.usable()).toBe("b2");
    expect(checker.report("b2", false, 5).usable()).toBe("b1 b2");
  },
  "a backend that was not probed yet may be well, unless it is ejected (H7)"(rules) {
    const begins = new Checker(names(3), { assume: "down" }, rules).behave("b1", refused).until(1);
    expect(begins.checks.panics).toBe(false);
    const ejected = new Checker(names(1), { eject: {} }, rules).set(["a", "b"]).report("a", false, 5);
    ejected.drain("b");
    expect(ejected.usable()).toBe("a");
  },
  "slow start is not at the start of the process (H8)"(rules) {
    const checker = new Checker(["a"], { slowStartMs: 10_000, assume: "down" }, rules).until(1);
    expect(checker.weight("a")).toBe(1);
  },
  "slow start is after each time up (H8)"(rules) {
    const checker = new Checker(["a", "b"], { slowStartMs: 10_000 }, rules);
    for (let round = 0; round < 2; round++) {
      checker
        .behave("a", refused)
        .until(checker.nowMs + 10_000)
        .behave("a", pass);
      while (!checker.usable().includes("a")) checker.until(checker.nowMs + 1);
      expect(checker.weight("a")).toBeLessThan(0.11);
      expect(checker.until(checker.nowMs + 20_000).weight("a")).toBe(1);
    }
  },
  "a draining backend is not used, and probed (H9)"(rules) {
    const checker = new Checker(["a", "b"], {}, rules).drain("a").until(10_000);
    expect(checker.usable()).toBe("b");
    expect(checker.sentTo("a").length).toBeGreaterThan(3);
  },
  "what a probe of a removed backend says counts for nobody (H10)"(rules) {
    const checker = new Checker(["a"], { fall: 1 }, rules).behave("a", null).until(10);
    const probe = checker.sent[0]?.probe as number;
    checker.set([]).until(20).set(["a"]).until(30);
    checker.tell({ kind: "answer", id: "a", probe, answer: bad });
    expect(checker.story("probed", "down")).toEqual([]);
  },
  "a backend that is removed frees its room (H10)"(rules) {
    const checker = new Checker(["a"], { maxConcurrent: 1 }, rules).behave("a", null).until(10);
    checker.set(["b"]).until(20_000);
    expect(checker.sentTo("b").length).toBeGreaterThan(5);
  },
  "another target is another backend (H10)"(rules) {
    const checker = new Checker(["a", "b"], {}, rules).behave("a", refused).until(5000);
    expect(checker.set(["a:elsewhere", "b"]).usable()).toBe("a b");
  },
};

/** A bug, and the story that must catch it. */
const mutants: Readonly<Record<string, readonly [Edit, keyof typeof stories & string]>> = {
  "fall is counted across a pass": [
    [
      "counter.ts",
      "credit + 1 >= thresholds.rise ? topCredit(thresholds) : credit + 1",
      "credit >= thresholds.rise ? credit : credit + 1 >= thresholds.rise ? topCredit(thresholds) : credit + 1",
    ],
    "one bad answer in three brings nobody down (H1)",
  ],
  "rise is counted across a fail": [
    ["counter.ts", "credit - 1 < rise ? 0 : credit - 1", "credit < rise ? credit : credit - 1"],
    "a backend that passes every other time stays down (H1)",
  ],
  "a fast start has no end": [
    ["probes.ts", "return last === null ?", "return last === null || !last.ok ?"],
    "a first fail ends the fast start (H2)",
  ],
  "there is no fast start": [
    ["probes.ts", "return last === null ?", "return last?.ok === null ?"],
    "a first pass is up at once (H2)",
  ],
  "silence is final": [
    ["probes.ts", "answer.explicit && settings.explicitIsFinal ?", "settings.explicitIsFinal ?"],
    "silence is never final (H3)",
  ],
  "two probes of a backend are under way": [
    [
      "probes.ts",
      "underWay === null && nextProbeMs <= nowMs",
      "nextProbeMs <= nowMs && (underWay === null || nowMs - underWay.sentAtMs >= 100)",
    ],
    "a backend has one probe under way (H4)",
  ],
  "the room is not asked": [
    ["probes.ts", "due.slice(0, maxConcurrent - checks.underWayCount)", "due"],
    "no more than maxConcurrent are under way (H4)",
  ],
  "the first in the list go first": [
    ["probes.ts", "due.sort((a, b) => a.nextProbeMs - b.nextProbeMs);", ""],
    "no more than maxConcurrent are under way (H4)",
  ],
  "all begin at once": [
    ["backend.ts", "nowMs + draw * settings.fastIntervalMs", "nowMs"],
    "backends do not fall into step (H4)",
  ],
  "the jitter is always the same": [
    ["probes.ts", "draw + probeCount * golden", "draw"],
    "backends do not fall into step (H4)",
  ],
  "attention is ignored": [
    ["probes.ts", "underWay.interrupted = true;", ""],
    "an absence is no failure of a backend (H5)",
  ],
  "a pass counts however late": [
    ["probes.ts", "!(answer.ok && latencyMs < settings.timeoutMs)", "!answer.ok"],
    "an answer that waited is none (H5)",
  ],
  "a sleep is like any absence": [
    ["probes.ts", "if (!jumped) continue;", "continue;"],
    "an answer from before a sleep is none (H5)",
  ],
  "requests are not excused": [
    ["checks-step.ts", "excuseErrors(checks, nowMs);", ""],
    "requests that an absence has failed eject nobody (H6)",
  ],
  "each ten failures bring a probe": [
    ["reported.ts", "if (nowMs < backend.hastenedAtMs + fastIntervalMs) return;", ""],
    "requests alone bring nobody down, and probes no storm (H6)",
  ],
  "the share is passed": [
    [
      "reported.ts",
      "(ejected.length + 1) / inUse.length <= maxShare",
      "ejected.length / inUse.length <= maxShare",
    ],
    "ejections keep their share and grow in a row (H6)",
  ],
  "ejections do not grow": [
    ["reported.ts", "Math.max(0, backend.ejections - forgiven) + 1", "1"],
    "ejections keep their share and grow in a row (H6)",
  ],
  "a pass ends an ejection": [
    [
      "probes.ts",
      "backend.credit = creditAfter(checks, backend, answer);",
      "backend.credit = creditAfter(checks, backend, answer); if (answer.ok) backend.ejectedUntilMs = null;",
    ],
    "a pass of a probe ends no ejection (H6)",
  ],
  "panic counts draining ones": [
    ["checks.ts", "if (backend.draining) continue;", ""],
    "panic counts those that do not drain, and uses no other (H7)",
  ],
  "panic uses draining ones": [
    [
      "checks.ts",
      "!backend.draining && (panics || isWell(backend, settings))",
      "panics || (!backend.draining && isWell(backend, settings))",
    ],
    "panic counts those that do not drain, and uses no other (H7)",
  ],
  "half is less than half": [
    ["checks.ts", "wellCount / ofCount < settings.panicBelow", "wellCount / ofCount <= settings.panicBelow"],
    "exactly the share is no panic, and ejected are not well (H7)",
  ],
  "ejected are well": [
    [
      "backend.ts",
      "isUp(backend.credit, settings) && backend.ejectedUntilMs === null",
      "isUp(backend.credit, settings)",
    ],
    "exactly the share is no panic, and ejected are not well (H7)",
  ],
  "whoever was not probed is well": [
    ["checks.ts", "(backend.last === null && backend.ejectedUntilMs === null)", "backend.last === null"],
    "a backend that was not probed yet may be well, unless it is ejected (H7)",
  ],
  "nobody is well before the first probe": [
    ["checks.ts", "well || (backend.last === null && backend.ejectedUntilMs === null)", "well"],
    "a backend that was not probed yet may be well, unless it is ejected (H7)",
  ],
  "a process starts slowly": [
    ["backend.ts", "warm: atStart", "warm: false"],
    "slow start is not at the start of the process (H8)",
  ],
  "a backend starts slowly once": [
    [
      "probes.ts",
      "if (!nowUp && !answer.ok) backend.warm = false;",
      "if (!nowUp && !answer.ok && backend.rampFromMs === null && probeCountOf(backend) < 12) backend.warm = false; function probeCountOf(one: Backend) { return one.probeCount; }",
    ],
    "slow start is after each time up (H8)",
  ],
  "drain is not asked": [
    ["checks.ts", "!backend.draining && (panics ||", "(panics ||"],
    "a draining backend is not used, and probed (H9)",
  ],
  "a draining backend is not probed": [
    [
      "probes.ts",
      "({ underWay, nextProbeMs }) => underWay === null && nextProbeMs <= nowMs",
      "({ underWay, nextProbeMs, draining }) => underWay === null && nextProbeMs <= nowMs && !draining",
    ],
    "a draining backend is not used, and probed (H9)",
  ],
  "the number of a probe is not asked": [
    [
      "probes.ts",
      "if (backend?.underWay?.number === probe)",
      "if (backend !== undefined && backend.underWay !== null)",
    ],
    "what a probe of a removed backend says counts for nobody (H10)",
  ],
  "the probe of a removed backend keeps its room": [
    ["checks-step.ts", "giveUp(checks, backend, effects);", ""],
    "a backend that is removed frees its room (H10)",
  ],
  "the target is not looked at": [
    ["checks-step.ts", "before.get(id)?.target === target", "before.has(id)"],
    "another target is another backend (H10)",
  ],
};

describe("a planted bug", () => {
  it("is none in the checks as they are", async () => {
    const real = await planted<RulesOfChecks>("liveness/checks/rules.ts", [], "liveness/checks/");
    for (const story of Object.values(stories)) {
      story(real);
      story(checksRules);
    }
  });

  it.each(Object.entries(mutants))("that %s is caught", async (_, [edit, story]) => {
    const mutant = await planted<RulesOfChecks>("liveness/checks/rules.ts", [edit], "liveness/checks/");
    expect(() => stories[story]?.(mutant)).toThrow();
  });

  it("is planted for every story", () => {
    expect(new Set(Object.values(mutants).map(([, story]) => story))).toEqual(new Set(Object.keys(stories)));
  });
});
