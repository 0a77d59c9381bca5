import { describe, expect, it } from "vitest";
import { peerOf } from "../../src/liveness/peer-liveness.js";
import { type Edit, planted } from "../support/planted-build.js";
import { Observer, peersNamed, type Rules, rules } from "./support/observer.js";

/** What goes on, and what must be so after it: each fails on a roster that breaks its rule. */
const stories: Readonly<Record<string, (rules: Rules) => void>> = {
  "an absence is nobody's silence"(rules) {
    const observer = new Observer({}, rules).beats(["a", "b"], 0, 10);
    observer.nowMs = 30_000;
    observer.tell({ kind: "attentive", jumped: false });
    observer.until(33_999);
    expect(observer.kinds("suspect")).toBe(0);
  },
  "a suspect from before an absence has a window more"(rules) {
    const observer = new Observer({}, rules).beats(["a"], 0, 10).until(14_000);
    observer.nowMs = 30_000;
    observer.tell({ kind: "attentive", jumped: false });
    observer.until(33_999);
    expect(observer.status("a")).toBe("suspect");
  },
  "a queue keeps no dead sender alive"(rules) {
    const observer = new Observer({ deadAfterMs: 1e6 }, rules);
    for (let slot = 0; slot <= 20; slot++) {
      observer.until(slot * 15_000);
      observer.beat("a", slot);
    }
    expect(observer.kinds("alive")).toBe(1);
  },
  "a dead peer beats twice"(rules) {
    const observer = new Observer({}, rules).beats(["a"], 0, 3).until(60_000);
    observer.beat("a", 60);
    observer.until(70_000);
    observer.beat("a", 70);
    expect(observer.status("a")).toBe("dead");
  },
  "one beat of a wild slot hurts nobody"(rules) {
    const observer = new Observer({}, rules).beats(["a"], 0, 3);
    observer.beat("a", 2 ** 52);
    observer.until(4000);
    observer.beat("a", 4);
    expect(observer.roster.counts.staleBeats).toBe(0);
  },
  "a slot counts once"(rules) {
    const observer = new Observer({}, rules).beats(["a"], 0, 3).until(6000);
    observer.beat("a", 3);
    observer.until(7000);
    expect(observer.status("a")).toBe("suspect");
  },
  "an old life is over"(rules) {
    const observer = new Observer({}, rules).beats(["a"], 0, 3);
    observer.beat("a", 0, "2");
    observer.beat("a", 4, "1");
    expect(observer.kinds("restarted")).toBe(1);
  },
  "nobody dies in doubt"(rules) {
    const observer = new Observer({}, rules).beats(peersNamed(10), 0, 10).until(100_000);
    expect(observer.kinds("dead")).toBe(0);
  },
  "one healthy peer does not end a doubt"(rules) {
    const names = peersNamed(10);
    const observer = new Observer({}, rules).beats(names, 0, 10).beats(names.slice(0, 1), 11, 100);
    expect(observer.kinds("dead")).toBe(0);
  },
  "a small zone is not killed by parts at once"(rules) {
    const names = peersNamed(10);
    const zoneOf = (id: string) => (Number(id.slice(1)) <= 5 ? "a" : "b");
    const observer = new Observer({ zoneOf, brakeMs: 61_500 }, rules).beats(names, 0, 10);
    observer.beats([...names.slice(0, 1), ...names.slice(5)], 11, 73);
    expect(observer.kinds("dead")).toBe(0);
    observer.beats([...names.slice(0, 1), ...names.slice(5)], 74, 120);
    expect(observer.kinds("dead")).toBe(4);
    expect(observer.told.find(({ event }) => event.kind === "dead")?.atMs).toBe(75_500);
  },
  "a deadline that moves is not lost"(rules) {
    const observer = new Observer({}, rules).beats(["a", "b"], 0, 21).until(25_000);
    expect(observer.kinds("suspect")).toBe(2);
  },
  "slots that ran on while the machine slept are no future"(rules) {
    const observer = new Observer({}, rules).beats(["a"], 0, 40);
    observer.nowMs += 100;
    observer.tell({ kind: "attentive", jumped: true });
    observer.until(41_100);
    observer.beat("a", 541);
    observer.until(45_100);
    expect(observer.status("a")).toBe("suspect");
  },
  "a closed connection after an absence is no hint"(rules) {
    const observer = new Observer({}, rules).beats(["a"], 0, 10);
    observer.nowMs = 10_400;
    observer.tell({ kind: "attentive", jumped: true });
    observer.tell({ kind: "closed", id: "a" });
    observer.beat("a", 11);
    observer.tell({ kind: "closed", id: "a" });
    expect(observer.kinds("suspect")).toBe(0);
  },
  "no sender names its own patience"(rules) {
    const observer = new Observer({}, rules);
    for (const intervalMs of [86_400_000, 10_001, 99, Number.NaN]) observer.beat("a", 0, "1", intervalMs);
    expect(observer.status("a")).toBeNull();
    expect(observer.roster.counts.badIntervals).toBe(4);
  },
  "an interval that nobody has any more makes room"(rules) {
    const observer = new Observer({}, rules);
    for (let each = 0; each < 40; each++) observer.beat(`p${each}`, 0, "1", 500 + each);
    expect(observer.roster.peers.count).toBe(31);
    expect(observer.roster.paces.problemOf(600, observer.roster.peers)).toContain("32 different intervals");
    observer.tell({ kind: "forget", id: "p7" });
    observer.beat("q", 0, "1", 600);
    expect(peerOf(observer.roster, "q", 0)?.intervalMs).toBe(600);
    expect(peerOf(observer.roster, "p8", 0)?.intervalMs).toBe(508);
  },
  "a slow sender is given its own interval, a fast one too"(rules) {
    const observer = new Observer({}, rules);
    for (const [id, intervalMs] of [
      ["slow", 10_000],
      ["fast", 100],
    ] as const)
      for (let slot = 0; slot <= 5; slot++) {
        observer.nowMs = slot * intervalMs;
        observer.beat(id, slot, "1", intervalMs);
      }
    observer.nowMs = 50_000;
    observer.beat("fast", 500, "1", 100);
    observer.until(100_000);
    expect(observer.story("fast")).toEqual(["alive 0", "suspect 53100", "dead 56200"]);
    expect(observer.story("slow")).toEqual(["alive 0", "suspect 63000", "dead 76000"]);
  },
};

/** A bug, and the story that must catch it. */
const mutants: Readonly<Record<string, readonly [Edit, keyof typeof stories & string]>> = {
  "attention is ignored": [
    ["verdicts.ts", "if (nowMs < listenedMs)", "if (false)"],
    "an absence is nobody's silence",
  ],
  "attention is ignored for suspects": [
    ["verdicts.ts", "const missed = attentiveSinceMs > suspectedAtMs;", "const missed = false;"],
    "a suspect from before an absence has a window more",
  ],
  "a late beat refutes a suspicion": [
    ["evidence.ts", "&& !keepsPace(detector, trouble, peers.boots[peer] as string, slot, nowMs)", "&& false"],
    "a queue keeps no dead sender alive",
  ],
  "any pace is a pace": [
    ["evidence.ts", "* intervalMs <= windowMs / 2", "* intervalMs <= 1e9"],
    "a queue keeps no dead sender alive",
  ],
  "rise counts across a silence": [
    ["evidence.ts", "silentMs <= detector.windowMs ? trouble.streak + 1 : 1", "trouble.streak + 1"],
    "a dead peer beats twice",
  ],
  "any slot is taken": [
    ["evidence.ts", "slot > last + 2 * intervals + slotsAhead && !anew", "false"],
    "one beat of a wild slot hurts nobody",
  ],
  "old slots count": [["evidence.ts", "if (slot <= last) {", "if (false) {"], "a slot counts once"],
  "lives are not remembered": [["trouble.ts", "trouble.boots.push(boot);", ""], "an old life is over"],
  "doubt is not asked": [["zones.ts", "if (this.doubts) return false;", ""], "nobody dies in doubt"],
  "doubt needs all of a zone silent": [
    [
      "brake.ts",
      'if (modeOf(zone) === "normal") return false;',
      'if (modeOf(zone) !== "full") return false;',
    ],
    "one healthy peer does not end a doubt",
  ],
  "the first death is free": [
    ["zones.ts", "if (rate === 0) return false;", ""],
    "a small zone is not killed by parts at once",
  ],
  "the brake has no end": [
    ["zones.ts", "? zone.modeSinceMs + this.brakeMs", "? Number.POSITIVE_INFINITY"],
    "a small zone is not killed by parts at once",
  ],
  "the heap loses a deadline that moves": [
    ["deadline-heap.ts", "this.key[peer] = deadlineMs; this.sink(1);", "this.remove(peer);"],
    "a deadline that moves is not lost",
  ],
  "a jump is forgotten": [
    ["verdicts.ts", "if (jumped) roster.jumpedAtMs = nowMs;", ""],
    "slots that ran on while the machine slept are no future",
  ],
  "a closed connection always counts": [
    ["evidence.ts", "if (nowMs < roster.hintsFromMs) return;", ""],
    "a closed connection after an absence is no hint",
  ],
  "any interval is kept": [
    ["paces.ts", "if (!this.isNear(intervalMs)) return -1;", ""],
    "no sender names its own patience",
  ],
  "paces are never given back": [
    ["paces.ts", "return this.detectors.findIndex((_, index) => !used.has(index));", "return -1;"],
    "an interval that nobody has any more makes room",
  ],
  "paces in use are given away": [
    ["paces.ts", "for (const peer of indexes.values()) used.add(pace[peer] as number);", ""],
    "an interval that nobody has any more makes room",
  ],
  "every peer is judged by the monitor's interval": [
    [
      "roster.ts",
      "return paces.detectors[peers.pace[peer] as number] as Detector;",
      "return paces.detectors[0] as Detector;",
    ],
    "a slow sender is given its own interval, a fast one too",
  ],
};

describe("a planted bug", () => {
  it("is none in the roster as it is", async () => {
    const real = await planted<Rules>("liveness/roster/rules.ts", [], "liveness/roster/");
    for (const story of Object.values(stories)) {
      story(real);
      story(rules);
    }
  });

  it.each(Object.entries(mutants))("that %s is caught", async (_, [edit, story]) => {
    const mutant = await planted<Rules>("liveness/roster/rules.ts", [edit], "liveness/roster/");
    expect(() => stories[story]?.(mutant)).toThrow();
  });

  it("is planted for every story", () => {
    expect(new Set(Object.values(mutants).map(([, story]) => story))).toEqual(new Set(Object.keys(stories)));
  });
});
