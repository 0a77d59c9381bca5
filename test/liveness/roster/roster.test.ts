import { describe, expect, it } from "vitest";
import { missed } from "../../../src/liveness/detection/missed.js";
import { Observer, peersNamed } from "../support/observer.js";

describe("a peer that beats", () => {
  it("is alive from its first beat on, suspect at its deadline, and dead a window later (R4)", () => {
    const observer = new Observer().beats(["a"], 0, 10).until(60_000);
    expect(observer.story("a")).toEqual(["alive 0", "suspect 14000", "dead 18000"]);
    expect(observer.told[1]?.event).toEqual({ kind: "suspect", id: "a", silentMs: 4000, reason: "silence" });
  });

  it("is not suspected a millisecond before its deadline, nor where a beat comes just before it (R4)", () => {
    const observer = new Observer().beats(["a"], 0, 10).until(13_999.9);
    expect(observer.status("a")).toBe("alive");
    observer.beat("a", 13);
    observer.until(14_000);
    expect(observer.status("a")).toBe("alive");
  });

  it("is suspect and dead at once where deadAfterMs is 0", () => {
    const observer = new Observer({ deadAfterMs: 0 }).beats(["a"], 0, 3).until(8000);
    expect(observer.story("a")).toEqual(["alive 0", "suspect 7000", "dead 7000"]);
  });

  it("is alive again by a beat that refutes the suspicion, and by two in a row once it is dead (R3)", () => {
    const observer = new Observer().beats(["a"], 0, 3).until(8000);
    expect(observer.beat("a", 8).map(({ kind }) => kind)).toEqual(["alive"]);
    observer.until(60_000);
    expect(observer.status("a")).toBe("dead");
    expect(observer.beat("a", 60)).toEqual([]);
    observer.until(61_000);
    expect(observer.beat("a", 61).map(({ kind }) => kind)).toContain("alive");
  });

  it("is not alive again by two beats with a silence of more than a window between them (R3)", () => {
    const observer = new Observer().beats(["a"], 0, 3).until(60_000);
    observer.beat("a", 60);
    observer.until(70_000);
    expect(observer.beat("a", 70)).toEqual([]);
    expect(observer.status("a")).toBe("dead");
  });

  it("says goodbye and raises no alarm; late beats of that life change nothing, a new life does (R7)", () => {
    const observer = new Observer().beats(["a"], 0, 3);
    observer.tell({ kind: "goodbye", id: "a", boot: "1" });
    observer.beat("a", 4);
    observer.until(60_000);
    expect(observer.story("a")).toEqual(["alive 0", "left 3000"]);
    observer.beat("a", 0, "2");
    expect(observer.story("a").slice(2)).toEqual(["restarted 60000", "alive 60000"]);
    observer.tell({ kind: "goodbye", id: "a", boot: "1" });
    expect(observer.status("a")).toBe("alive");
  });

  it("is forgotten after it was dead for long enough (R8)", () => {
    const observer = new Observer({ forgetAfterMs: 5000 }).beats(["a"], 0, 3).until(15_999);
    expect(observer.status("a")).toBe("dead");
    observer.until(16_000);
    expect(observer.status("a")).toBeNull();
    expect(observer.roster.peers.count).toBe(0);
    expect(observer.roster.gone.size).toBe(0);
  });
});

describe("numbers of beats", () => {
  it("count once: an old or doubled slot changes nothing (R2)", () => {
    const observer = new Observer().beats(["a"], 0, 3);
    observer.until(6000);
    for (const slot of [3, 2, 0]) observer.beat("a", slot);
    observer.until(7000);
    expect(observer.status("a")).toBe("suspect");
    expect(observer.roster.counts.staleBeats).toBe(3);
  });

  it("are refused where no sender can have reached them, so that one beat cannot make all later ones old (R2)", () => {
    const observer = new Observer().beats(["a"], 0, 3);
    for (const slot of [2 ** 52, -1, 1.5, Number.NaN, 5000]) observer.beat("a", slot);
    expect(observer.roster.counts.badSlots).toBe(5);
    observer.until(4000);
    observer.beat("a", 4);
    expect(observer.roster.counts.staleBeats).toBe(0);
  });

  it("far ahead extend no trust beyond three windows (R4)", () => {
    const observer = new Observer().beats(["a"], 0, 3);
    observer.beat("a", 900);
    observer.until(3000 + 3 * 4000);
    expect(observer.status("a")).toBe("suspect");
  });

  it("may be missing: a beat then takes the slot nearest to its arrival, so that lost beats shift nothing (R2)", () => {
    const observer = new Observer();
    for (const atMs of [0, 1000, 2000, 5000, 6000, 9000, 10_000]) {
      observer.until(atMs);
      observer.beat("a", null, "");
    }
    observer.until(13_999);
    expect(observer.story("a")).toEqual(["alive 0"]);
    observer.until(14_000);
    expect(observer.status("a")).toBe("suspect");
  });
});

describe("lives of a peer", () => {
  it("change with its boot: the estimate begins anew, and late beats of the old life change nothing (R1)", () => {
    const observer = new Observer().beats(["a"], 0, 10);
    observer.until(10_500);
    observer.beat("a", 0, "2");
    observer.beat("a", 11, "1");
    expect(observer.roster.counts.oldBoots).toBe(1);
    observer.until(14_499);
    expect(observer.status("a")).toBe("alive");
    observer.until(14_500);
    expect(observer.story("a")).toEqual(["alive 0", "restarted 10500", "suspect 14500"]);
  });

  it("are those of a life that was not over, if the life after it is silent and this one keeps its pace for a window (R1)", () => {
    const observer = new Observer({ deadAfterMs: 10_000 }).beats(["a"], 0, 3);
    // The first beats of two lives overtake each other, and the life that begins later is taken for the earlier one.
    observer.beat("a", 0, "3");
    observer.beat("a", 0, "2");
    for (let slot = 1; slot <= 20; slot++) {
      observer.until(3000 + slot * 1000);
      observer.beat("a", slot, "3");
    }
    expect(observer.story("a").slice(-3)).toEqual(["suspect 7000", "restarted 11000", "alive 11000"]);
    expect(observer.status("a")).toBe("alive");
  });

  it("change nothing if they trickle from a queue, though the life after it is silent (R1)", () => {
    const observer = new Observer({ deadAfterMs: 1e6 }).beats(["a"], 0, 3);
    observer.beat("a", 0, "2");
    for (let slot = 4; slot <= 20; slot++) {
      observer.until((slot - 3) * 15_000);
      observer.beat("a", slot);
    }
    expect(observer.story("a").slice(1)).toEqual(["restarted 3000", "suspect 7000"]);
  });

  it("make a dead peer alive at once: another life needs no second beat (R1)", () => {
    const observer = new Observer().beats(["a"], 0, 3).until(60_000);
    observer.beat("a", 0, "2");
    expect(observer.status("a")).toBe("alive");
  });
});

describe("late beats", () => {
  it("that trickle from a dead sender's queue refute no suspicion (R3)", () => {
    const observer = new Observer();
    for (let slot = 0; slot <= 20; slot++) {
      observer.until(slot * 15_000);
      observer.beat("a", slot);
    }
    expect(observer.story("a").slice(0, 3)).toEqual(["alive 0", "suspect 4000", "dead 8000"]);
    expect(observer.kinds("alive")).toBe(1);
  });

  it("keep a dead sender alive for as long as they come where beats are taken by their arrival (R3)", () => {
    const observer = new Observer({ detector: missed({ intervalMs: 1000, pauseMs: 19_000 }) });
    for (let slot = 0; slot <= 20; slot++) {
      observer.until(slot * 15_000);
      observer.beat("a", slot);
    }
    observer.until(1e6);
    expect(observer.story("a").slice(0, 2)).toEqual(["alive 0", "suspect 320000"]);
  });

  it("of a sender that slept are its new pace after one window: its clock stood still, and all its slots are behind (R3)", () => {
    const observer = new Observer().beats(["a"], 0, 40);
    observer.beats(["a"], 41, 60, 100_000);
    expect(observer.status("a")).toBe("alive");
    const back = observer.told.findLast(({ event }) => event.kind === "alive")?.atMs as number;
    // The first late beat, one window in which it keeps its pace, and two beats in a row.
    expect(back - 141_000).toBeLessThanOrEqual(6000);
    observer.until(200_000);
    // With one pause more, for the suspicion that was wrong.
    expect(observer.story("a").at(-2)).toBe(`suspect ${160_000 + 4000 + 3000}`);
  });
});

describe("an observer", () => {
  it("counts no silence that it did not listen to: after an absence everybody has a whole window (A1)", () => {
    const observer = new Observer().beats(peersNamed(5), 0, 10);
    // Stopped for 20 s: nothing was heard, no timer fired.
    observer.nowMs = 30_000;
    observer.tell({ kind: "attentive", jumped: false });
    observer.tell({ kind: "timer" });
    observer.beats(peersNamed(4), 33, 60);
    expect(observer.kinds("suspect", "dead")).toBe(2);
    expect(observer.story("p5")).toEqual(["alive 0", "suspect 34000", "dead 38000"]);
  });

  it("declares nobody dead who was suspected before it was held up, before it has listened for a window (A1)", () => {
    const observer = new Observer().beats(["a", "b"], 0, 10).until(14_000);
    expect(observer.status("a")).toBe("suspect");
    observer.nowMs = 30_000;
    observer.tell({ kind: "attentive", jumped: false });
    observer.until(33_999);
    expect(observer.status("a")).toBe("suspect");
    observer.beat("a", 33);
    expect(observer.status("a")).toBe("alive");
    observer.until(34_000);
    expect(observer.status("b")).toBe("dead");
  });

  it("takes no closed connection for a failure within a window after it was away: queued beats come first, then the end (R5)", () => {
    const observer = new Observer().beats(["a", "b"], 0, 10);
    observer.nowMs = 30_400;
    observer.tell({ kind: "attentive", jumped: false });
    for (let slot = 11; slot < 30; slot++) observer.beat("a", slot);
    expect(observer.tell({ kind: "closed", id: "a" })).toEqual([]);
    for (let slot = 31; slot < 35; slot++) observer.until(slot * 1000).beat("b", slot);
    observer.until(34_399);
    expect(observer.tell({ kind: "closed", id: "b" })).toEqual([]);
    observer.until(34_400);
    expect(observer.story("a")).toEqual(["alive 0", "suspect 34400"]);
    expect(observer.tell({ kind: "closed", id: "b" })).toEqual([
      { kind: "suspect", id: "b", silentMs: 400, reason: "closed" },
    ]);
    observer.until(38_399);
    expect(observer.status("b")).toBe("suspect");
    observer.until(38_400);
    expect(observer.status("b")).toBe("dead");
  });

  it("begins its estimates anew after its machine slept, when slots have gone on without its clock (A4)", () => {
    const observer = new Observer().beats(["a", "b"], 0, 40);
    // An hour of sleep: 3600 slots, and 100 ms of the monotonic clock.
    observer.nowMs += 100;
    observer.tell({ kind: "attentive", jumped: true });
    for (let beat = 1; beat <= 5; beat++) {
      observer.until(40_100 + beat * 1000);
      for (const id of ["a", "b"]) observer.beat(id, 40 + 3600 + beat);
    }
    expect(observer.kinds("suspect")).toBe(0);
    expect(observer.roster.counts.badSlots).toBe(0);
    observer.until(45_100 + 4000);
    expect(observer.kinds("suspect")).toBe(2);
  });

  it("watches a peer that never comes, from the moment that it was told to (D1)", () => {
    const observer = new Observer().until(1000);
    observer.tell({ kind: "watch", id: "a" });
    expect(observer.status("a")).toBe("unknown");
    observer.until(20_000);
    expect(observer.story("a")).toEqual(["suspect 5000", "dead 9000"]);
  });

  it("makes room in a doubt that does not end, but not for who fell silent a moment ago (R8)", () => {
    const observer = new Observer({ maxPeers: 4, forgetAfterMs: 60_000 }).beats(["a", "b", "c", "d"], 0, 0);
    observer.until(30_000);
    expect(observer.roster.zones.doubts).toBe(true);
    observer.beat("e", 0);
    expect(observer.status("e")).toBeNull();
    observer.until(61_000);
    observer.beat("e", 0);
    expect(observer.status("e")).toBe("alive");
    expect(["a", "b", "c", "d"].filter((id) => observer.status(id) === "suspect")).toHaveLength(3);
    expect(observer.told.some(({ event }) => event.kind === "dead")).toBe(false);
  });

  it("watches as many peers as it may, and forgets the dead first (R8)", () => {
    const observer = new Observer({ maxPeers: 3 }).beats(["a", "b", "c", "d"], 0, 0);
    expect(observer.roster.counts.refusedPeers).toBe(1);
    observer.beats(["b", "c"], 1, 20);
    expect(observer.status("a")).toBe("dead");
    observer.beats(["b", "c", "d"], 21, 21);
    expect([observer.status("a"), observer.status("d")]).toEqual([null, "alive"]);
  });

  it("takes no name that is none", () => {
    const observer = new Observer();
    for (const id of ["", "a b", "x".repeat(65)]) observer.beat(id, 1);
    expect(observer.roster.counts.refusedPeers).toBe(3);
    expect(observer.roster.peers.count).toBe(0);
  });

  it("gives a peer that it suspected wrongly a longer pause each time, up to three, and forgives one in five minutes (R6)", () => {
    const detector = missed({ intervalMs: 1000, pauseMs: 3000 });
    const observer = new Observer({ detector, deadAfterMs: 1e6 });
    const silences: number[] = [];
    const suspectedAfter = (): void => {
      const begun = observer.nowMs;
      observer.beat("a", null, "");
      while (observer.status("a") !== "suspect") observer.until(observer.nowMs + 1000);
      silences.push(observer.nowMs - begun);
    };
    for (let round = 0; round < 5; round++) suspectedAfter();
    expect(silences).toEqual([4000, 7000, 10_000, 13_000, 13_000]);
    expect(observer.kinds("flapping")).toBe(3);
    // Ten minutes of punctual beats forgive two of the three.
    for (let beat = 0; beat < 601; beat++) {
      observer.beat("a", null, "");
      observer.until(observer.nowMs + 1000);
    }
    suspectedAfter();
    expect(silences.at(-1)).toBe(7000);
  });
});
