import type { BackendsScenarioInput, PairScenarioInput } from "../../../src/simulation/index.js";
import type { Edit } from "../../support/planted-build.js";

/** A bug planted in engine, roster, detectors or pulse. */
export interface PairMutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The scenario of `simulations/liveness`, or the script, that does not come out as it says, and why: an invariant or an expectation. */
  readonly scenario?: readonly [name: string, why: string];
  /** The first seed of `raftbeat fuzz --profile pair` that fails, and why. */
  readonly fuzz?: readonly [seed: number, why: string];
}

/** Scenarios made for a bug, by name. */
export const scripts = {
  "fast, then dead": {
    pair: { detector: { name: "nfdS", intervalMs: 1000, pauseMs: 3000 } },
    faults: [
      { at: 0, for: 100_000, do: "clockRate", nodes: "s1", rate: 1.25 },
      { at: 100_000, do: "crash", nodes: "s1" },
    ],
    observeMs: 160_000,
    expect: [{ detectsBy: 12_100 }],
  },
  "long outages": {
    pair: { senders: 2, detector: { name: "nfdE", intervalMs: 1000, pauseMs: 3000 } },
    faults: [{ at: 0, do: "flaky", between: ["s1", "o1"], upMs: 20_000, downMs: 40_000 }],
    observeMs: 600_000,
  },
  "late beats, short stalls": {
    pair: { senders: 3, detector: { name: "missed", intervalMs: 1000, pauseMs: 400 } },
    network: { latency: { uniform: [0, 390] } },
    faults: [{ random: { ratePerMinute: 60, forMs: [150, 190] }, do: "block", in: "data", nodes: "o1" }],
    observeMs: 1_200_000,
  },
  "two of three drain and go": {
    backends: { of: 3, requestsPerSecond: 10 },
    faults: [
      { at: 0, do: "drain", nodes: ["b1", "b2"] },
      { at: 5000, do: "crash", nodes: ["b1", "b2"] },
    ],
  },
} satisfies Readonly<Record<string, PairScenarioInput | BackendsScenarioInput>>;

const engine = "runtime/engine.ts";
const verdicts = "liveness/roster/verdicts.ts";
const evidence = "liveness/roster/evidence.ts";
const zones = "liveness/roster/zones.ts";
const brake = "liveness/roster/brake.ts";
const trouble = "liveness/roster/trouble.ts";
const roster = "liveness/roster/roster.ts";
const heap = "liveness/roster/deadline-heap.ts";
const detector = "liveness/detection/detector.ts";
const pulse = "liveness/pulse/pulse.ts";

const bug = (
  name: string,
  by: Pick<PairMutant, "scenario" | "fuzz">,
  ...edits: readonly Edit[]
): PairMutant => ({ name, ...by, edits });

/** All of them, with what catches each. */
export const pairMutants: readonly PairMutant[] = [
  // The engine.
  bug("a timer is acted on without a poll", { scenario: ["late beats, short stalls", "A5"] }, [
    engine,
    "if (!stopped) confirm(clock.nowMs(), 1);",
    'if (stopped) return; lastWakeMs = clock.nowMs(); tell({ kind: "timer" });',
  ]),
  bug("a late timer shows no absence", { scenario: ["observer-stalls", "A1"], fuzz: [54, "A1"] }, [
    engine,
    "const heldUp = nowMs > dueMs + stallMs;",
    "const heldUp = false;",
  ]),
  bug("a sleep shows no absence", { scenario: ["observer-sleeps", "falseSuspicions"], fuzz: [295, "A1"] }, [
    engine,
    "jumped = watch.hasJumped();",
    "",
  ]),
  bug(
    "the clocks are compared by the one that stands still",
    { scenario: ["observer-sleeps", "falseSuspicions"] },
    [engine, "const wallMs = clock.wallMs();", "const wallMs = nowMs;"],
  ),
  bug(
    "an absence is noticed after what waited meanwhile",
    { scenario: ["observer-sleeps", "falseSuspicions"], fuzz: [41, "A1"] },
    [
      engine,
      "noticeAbsence(nowMs, input); run(input, nowMs);",
      "run(input, nowMs); noticeAbsence(nowMs, input);",
    ],
  ),
  bug("the engine sets no timer of its own", { fuzz: [63, "A1"] }, [
    engine,
    ", nowMs + checkMs);",
    ", Number.POSITIVE_INFINITY);",
  ]),
  // Attention.
  bug("attention is ignored", { scenario: ["observer-stalls", "A1"], fuzz: [4, "A1"] }, [
    verdicts,
    "if (nowMs < listenedMs)",
    "if (false)",
  ]),
  bug("attention is ignored for suspects", { scenario: ["all-but-one-silent", "falseDeaths"] }, [
    verdicts,
    "const missed = attentiveSinceMs > suspectedAtMs;",
    "const missed = false;",
  ]),
  bug("a closed connection always counts", { scenario: ["observer-sleeps", "falseSuspicions"] }, [
    evidence,
    "if (nowMs < roster.hintsFromMs) return;",
    "",
  ]),
  bug("a jump is forgotten", { scenario: ["observer-sleeps", "falseSuspicions"] }, [
    verdicts,
    "if (jumped) roster.jumpedAtMs = nowMs;",
    "",
  ]),
  bug("the own stall is learned from", { scenario: ["observer-stalls", "detectsBy"] }, [
    evidence,
    "return nowMs >= roster.learnsFromMs && roster.peers.status[peer] === alive;",
    "return roster.peers.status[peer] === alive;",
  ]),
  bug("what a suspect sends is learned from", { scenario: ["beats-late", "R3"], fuzz: [330, "R3"] }, [
    evidence,
    "return nowMs >= roster.learnsFromMs && roster.peers.status[peer] === alive;",
    "return nowMs >= roster.learnsFromMs;",
  ]),
  // Peers.
  bug("a late beat refutes a suspicion", { scenario: ["beats-late", "R3"], fuzz: [158, "R3"] }, [
    evidence,
    "&& !keepsPace(detector, trouble, peers.boots[peer] as string, slot, nowMs)",
    "&& false",
  ]),
  bug("no pace is a pace", { fuzz: [35, "ends"] }, [
    evidence,
    "&& !keepsPace(detector, trouble, peers.boots[peer] as string, slot, nowMs)",
    "",
  ]),
  bug("any pace is a pace", { scenario: ["beats-late", "R3"], fuzz: [158, "R3"] }, [
    evidence,
    "* intervalMs <= windowMs / 2",
    "* intervalMs <= 1e9",
  ]),
  bug("old slots count", { scenario: ["sender-restarts", "falseSuspicions"] }, [
    evidence,
    "if (slot <= last) {",
    "if (false) {",
  ]),
  bug("rise is ignored", { fuzz: [2, "R3"] }, [evidence, "if (trouble.streak < settings.rise) return;", ""]),
  bug("lives are not remembered", { scenario: ["sender-restarts", "R1"], fuzz: [111, "R1"] }, [
    trouble,
    "trouble.boots.push(boot);",
    "",
  ]),
  bug("a life that was left behind never comes back", { fuzz: [383, "ends"] }, [
    evidence,
    "&& !(silent && keepsPace(detectorOf(roster, peer), trouble, boot, slot, nowMs))",
    "",
  ]),
  bug("a life that has left comes back", { scenario: ["sender-restarts", "R7"], fuzz: [51, "R7"] }, [
    evidence,
    'if (status === left && peers.boots[peer] !== "") {',
    "if (false) {",
  ]),
  bug("a goodbye of any life counts", { scenario: ["sender-restarts", "restarts"] }, [
    evidence,
    "if (boot !== null && boot !== peers.boots[peer] && peers.status[peer] !== unknown) {",
    "if (false) {",
  ]),
  bug(
    "dead comes at once",
    { scenario: ["all-but-one-silent", "R4"], fuzz: [1, "R4"] },
    [
      verdicts,
      "roster.deadlines.set(peer, nowMs + deadAfterMs(roster, peer));",
      "roster.deadlines.set(peer, nowMs);",
    ],
    [verdicts, ": suspectedAtMs + afterMs;", ": suspectedAtMs;"],
  ),
  bug("trust has no end by itself", { scenario: ["fast, then dead", "detectsBy"] }, [
    roster,
    "const mostWindows = 3;",
    "const mostWindows = 1e6;",
  ]),
  bug("patience is not kept", { scenario: ["flapping-link", "falseSuspicions"], fuzz: [106, "ends"] }, [
    trouble,
    "trouble.patience = Math.min(mostPatience, patienceOf(trouble, nowMs) + 1);",
    "",
  ]),
  bug("patience has no end", { scenario: ["long outages", "R6"] }, [
    trouble,
    "const mostPatience = 3;",
    "const mostPatience = 1e6;",
  ]),
  bug("the heap loses a deadline that moves", { scenario: ["zone-half-lost", "R4"], fuzz: [1, "R4"] }, [
    heap,
    "this.key[peer] = deadlineMs; this.sink(1);",
    "this.remove(peer);",
  ]),
  bug(
    "the heap takes who is due by its old key",
    { scenario: ["beats-lost", "falseSuspicions"], fuzz: [19, "ends"] },
    [heap, "if (!(nowMs < deadlineMs)) {", "if (nowMs >= (this.key[peer] as number)) {"],
  ),
  // The brake.
  bug("doubt is not asked", { scenario: ["all-but-one-silent", "B2"], fuzz: [19, "B2"] }, [
    zones,
    "if (this.doubts) return false;",
    "",
  ]),
  bug("doubt needs all of a zone silent", { scenario: ["all-but-one-silent", "B2"] }, [
    brake,
    'if (modeOf(zone) === "normal") return false;',
    'if (modeOf(zone) !== "full") return false;',
  ]),
  bug("the brake is open at first", { scenario: ["zone-half-lost", "B3"] }, [
    zones,
    "if (rate === 0) return false;",
    "",
  ]),
  bug("the brake has no end", { scenario: ["zone-half-lost", "trueDeaths"] }, [
    zones,
    "return deathsPerSecond(zone, perSecond, nowMs - zone.modeSinceMs >= this.brakeMs);",
    "return deathsPerSecond(zone, perSecond, nowMs < 0);",
  ]),
  bug("a doubt that ends is no new attention", { scenario: ["all-but-one-silent", "falseDeaths"] }, [
    verdicts,
    "if (roster.zones.look(nowMs, events)) onAttentive(roster, false, nowMs);",
    "roster.zones.look(nowMs, events);",
  ]),
  // Detectors.
  bug("a burst is learned from", { scenario: ["queued-burst", "falseSuspicions"] }, [
    detector,
    "return nowMs - heardAtIn(memory, at) >= intervalMs / 4;",
    "return nowMs >= heardAtIn(memory, at) && intervalMs > 0;",
  ]),
  bug("NFD-E counts arrivals for slots", { scenario: ["beats-lost", "falseSuspicions"] }, [
    "liveness/detection/nfd-e.ts",
    "onBeat: (memory, at, slot, nowMs, learns) => noteArrival(memory, at, sampleCount, intervalMs, slot, nowMs, learns),",
    "onBeat: (memory, at, slot, nowMs, learns) => noteArrival(memory, at, sampleCount, intervalMs, (memory[at] as number) + Math.min(1, slot), nowMs, learns),",
  ]),
  bug("NFD-E forgets the next slot", { scenario: ["beats-lost", "falseSuspicions"] }, [
    "liveness/detection/expected-arrival.ts",
    "const slots = slotIn(memory, at) + 1 -",
    "const slots = slotIn(memory, at) -",
  ]),
  bug("missed forgets its pause", { fuzz: [36, "A1"] }, [
    "liveness/detection/missed.ts",
    "heardAtIn(memory, at) + windowMs;",
    "heardAtIn(memory, at) + intervalMs;",
  ]),
  // Senders.
  bug("slots count sends", { fuzz: [1, "P1"] }, [
    pulse,
    "const slot = Math.max(slotAt(pulse, nowMs), pulse.sentSlot + 1);",
    "const slot = pulse.sentSlot + 1;",
  ]),
  bug("missed beats are made up for", { fuzz: [1, "P1"] }, [
    pulse,
    "const slot = Math.max(slotAt(pulse, nowMs), pulse.sentSlot + 1);",
    "const slot = pulse.sentSlot < 0 ? slotAt(pulse, nowMs) : pulse.sentSlot + 1;",
  ]),
  bug("intervals drift", { scenario: ["beats-lost", "falseSuspicions"], fuzz: [47, "ends"] }, [
    pulse,
    "return sentSlot < 0 ? startedAtMs : startedAtMs + phaseMs + sentSlot * intervalMs;",
    "return sentSlot < 0 ? startedAtMs : startedAtMs + phaseMs + sentSlot * intervalMs * 1.02;",
  ]),
  bug("nobody says goodbye", { scenario: ["sender-restarts", "goodbyes"] }, [
    "liveness/sender.ts",
    "send(Math.max(pulse.sentSlot, slotAt(pulse, clock.nowMs())), true);",
    "",
  ]),
  // Health checks.
  bug("a probe that the gateway was away from counts", { scenario: ["gateway-stalls", "H5"] }, [
    "liveness/checks/probes.ts",
    "underWay.interrupted = true;",
    "underWay.interrupted = false;",
  ]),
  bug("a pass leaves the fails before it standing", { scenario: ["flapping-backend", "H1"] }, [
    "liveness/checks/probes.ts",
    "return last === null ? topCredit(settings) : afterPass(credit, settings);",
    "return last === null ? topCredit(settings) : credit + 1;",
  ]),
  bug("panic counts those that drain", { scenario: ["two of three drain and go", "H7"] }, [
    "liveness/checks/checks.ts",
    "if (backend.draining) continue;",
    "",
  ]),
  bug("who drains is used", { scenario: ["rolling-restart", "H7"] }, [
    "liveness/checks/checks.ts",
    "return !backend.draining && (panics",
    "return (panics",
  ]),
  bug("there is no panic", { scenario: ["all-down", "panics"] }, [
    "liveness/checks/checks.ts",
    "const panics = ofCount > 0 && wellCount / ofCount < settings.panicBelow;",
    "const panics = false;",
  ]),
  bug("an ejection has no end", { scenario: ["flapping-backend", "ejections"] }, [
    "liveness/checks/reported.ts",
    "if (backend.ejectedUntilMs === null || nowMs < backend.ejectedUntilMs) continue;",
    "if (backend.ejectedUntilMs === null || nowMs > 0) continue;",
  ]),
  bug("a slow start is none", { scenario: ["slow-start", "served"] }, [
    "liveness/checks/checks.ts",
    "return share >= 1 ? 1 : leastWeight + (1 - leastWeight) * share;",
    "return share >= 0 ? 1 : leastWeight;",
  ]),
];
