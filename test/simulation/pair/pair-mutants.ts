import type { Edit } from "../../support/planted-build.js";

/** A bug planted in engine, roster, detectors or pulse. */
export interface PairMutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The scenario of `simulations/liveness` that does not come out as it says, and why: an invariant or an expectation. */
  readonly scenario?: readonly [name: string, why: string];
  /** The first seed of `raftbeat fuzz --profile pair` that fails, and why. */
  readonly fuzz?: readonly [seed: number, why: string];
}

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

const bug = (name: string, ...edits: readonly Edit[]): PairMutant => ({ name, edits });

/** All of them, with what catches each. */
export const pairMutants: readonly PairMutant[] = [
  // The engine.
  bug("a timer is acted on without a poll", [
    engine,
    "if (!stopped) confirm(clock.nowMs(), 1);",
    'if (stopped) return; lastWakeMs = clock.nowMs(); tell({ kind: "timer" });',
  ]),
  bug("a late timer shows no absence", [
    engine,
    "const heldUp = nowMs > dueMs + stallMs;",
    "const heldUp = false;",
  ]),
  bug("a sleep shows no absence", [engine, "jumped = watch.hasJumped();", ""]),
  bug("the clocks are compared by the one that stands still", [
    engine,
    "const wallMs = clock.wallMs();",
    "const wallMs = nowMs;",
  ]),
  bug("an absence is noticed after what waited meanwhile", [
    engine,
    "noticeAbsence(nowMs, input); run(input, nowMs);",
    "run(input, nowMs); noticeAbsence(nowMs, input);",
  ]),
  bug("the engine sets no timer of its own", [engine, ", nowMs + checkMs);", ", Number.POSITIVE_INFINITY);"]),
  // Attention.
  bug("attention is ignored", [verdicts, "if (nowMs < listenedMs)", "if (false)"]),
  bug("attention is ignored for suspects", [
    verdicts,
    "const missed = attentiveSinceMs > suspectedAtMs;",
    "const missed = false;",
  ]),
  bug("a closed connection always counts", [
    evidence,
    "if (heardAtMs < roster.attentiveSinceMs) return;",
    "",
  ]),
  bug("a jump is forgotten", [verdicts, "if (jumped) roster.jumpedAtMs = nowMs;", ""]),
  bug("the own stall is learned from", [
    evidence,
    "return nowMs >= roster.learnsFromMs && roster.peers.status[peer] === alive;",
    "return roster.peers.status[peer] === alive;",
  ]),
  bug("what a suspect sends is learned from", [
    evidence,
    "return nowMs >= roster.learnsFromMs && roster.peers.status[peer] === alive;",
    "return nowMs >= roster.learnsFromMs;",
  ]),
  // Peers.
  bug("a late beat refutes a suspicion", [
    evidence,
    "&& !keepsPace(roster, trouble, peers.boots[peer] as string, slot, nowMs)",
    "&& false",
  ]),
  bug("no pace is a pace", [
    evidence,
    "&& !keepsPace(roster, trouble, peers.boots[peer] as string, slot, nowMs)",
    "",
  ]),
  bug("any pace is a pace", [evidence, "* intervalMs <= windowMs / 2", "* intervalMs <= 1e9"]),
  bug("old slots count", [evidence, "if (slot <= last) {", "if (false) {"]),
  bug("rise is ignored", [evidence, "if (trouble.streak < settings.rise) return;", ""]),
  bug("lives are not remembered", [trouble, "trouble.boots.push(boot);", ""]),
  bug("a life that was left behind never comes back", [
    evidence,
    "&& !(silent && keepsPace(roster, trouble, boot, slot, nowMs))",
    "",
  ]),
  bug("a life that has left comes back", [
    evidence,
    'if (status === left && peers.boots[peer] !== "") {',
    "if (false) {",
  ]),
  bug("a goodbye of any life counts", [
    evidence,
    "if (boot !== null && boot !== peers.boots[peer] && peers.status[peer] !== unknown) {",
    "if (false) {",
  ]),
  bug("dead comes at once", [
    verdicts,
    "roster.deadlines.set(peer, nowMs + roster.settings.deadAfterMs);",
    "roster.deadlines.set(peer, nowMs);",
  ]),
  bug("dead is due when suspected", [
    verdicts,
    ": suspectedAtMs + settings.deadAfterMs;",
    ": suspectedAtMs;",
  ]),
  bug("trust has no end by itself", [roster, "const mostWindows = 3;", "const mostWindows = 1e6;"]),
  bug("patience is not kept", [
    trouble,
    "trouble.patience = Math.min(mostPatience, patienceOf(trouble, nowMs) + 1);",
    "",
  ]),
  bug("patience has no end", [trouble, "const mostPatience = 3;", "const mostPatience = 1e6;"]),
  bug("the heap loses a deadline that moves", [
    heap,
    "this.key[peer] = deadlineMs; this.sink(1);",
    "this.remove(peer);",
  ]),
  bug("the heap takes who is due by its old key", [
    heap,
    "if (!(nowMs < deadlineMs)) {",
    "if (nowMs >= (this.key[peer] as number)) {",
  ]),
  // The brake.
  bug("doubt is not asked", [zones, "if (this.doubts) return false;", ""]),
  bug("doubt needs all of a zone silent", [
    brake,
    'if (modeOf(zone) === "normal") return false;',
    'if (modeOf(zone) !== "full") return false;',
  ]),
  bug("the brake is open at first", [zones, "if (rate === 0) return false;", ""]),
  bug("the brake has no end", [zones, "? zone.modeSinceMs + this.brakeMs", "? Number.POSITIVE_INFINITY"]),
  bug("a doubt that ends is no new attention", [
    verdicts,
    "if (roster.zones.look(nowMs, events)) onAttentive(roster, false, nowMs);",
    "roster.zones.look(nowMs, events);",
  ]),
  // Detectors.
  bug("a burst is learned from", [
    detector,
    "return nowMs - heardAtIn(memory, at) >= intervalMs / 4;",
    "return nowMs >= heardAtIn(memory, at) && intervalMs > 0;",
  ]),
  bug("NFD-E counts arrivals for slots", [
    "liveness/detection/nfd-e.ts",
    "onBeat: (memory, at, slot, nowMs, learns) => noteArrival(memory, at, sampleCount, intervalMs, slot, nowMs, learns),",
    "onBeat: (memory, at, slot, nowMs, learns) => noteArrival(memory, at, sampleCount, intervalMs, (memory[at] as number) + Math.min(1, slot), nowMs, learns),",
  ]),
  bug("NFD-E forgets the next slot", [
    "liveness/detection/expected-arrival.ts",
    "const slots = slotIn(memory, at) + 1 -",
    "const slots = slotIn(memory, at) -",
  ]),
  bug("missed forgets its pause", [
    "liveness/detection/missed.ts",
    "heardAtIn(memory, at) + windowMs;",
    "heardAtIn(memory, at) + intervalMs;",
  ]),
  bug("an outage is learned from", [
    "liveness/detection/phi-exponential.ts",
    "&& apartMs <= 2 * windowMs",
    "",
  ]),
  // Senders.
  bug("slots count sends", [
    pulse,
    "const slot = Math.max(slotAt(pulse, nowMs), pulse.sentSlot + 1);",
    "const slot = pulse.sentSlot + 1;",
  ]),
  bug("missed beats are made up for", [
    pulse,
    "const slot = Math.max(slotAt(pulse, nowMs), pulse.sentSlot + 1);",
    "const slot = pulse.sentSlot < 0 ? slotAt(pulse, nowMs) : pulse.sentSlot + 1;",
  ]),
  bug("intervals drift", [
    pulse,
    "return sentSlot < 0 ? startedAtMs : startedAtMs + phaseMs + sentSlot * intervalMs;",
    "return sentSlot < 0 ? startedAtMs : startedAtMs + phaseMs + sentSlot * intervalMs * 1.02;",
  ]),
  bug("nobody says goodbye", [
    "liveness/sender.ts",
    "send(Math.max(pulse.sentSlot, slotAt(pulse, clock.nowMs())), true);",
    "",
  ]),
];
