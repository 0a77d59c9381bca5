import type { Assigner } from "../../../../src/liveness/assignment/leader/assigner-state.js";
import { clockOf, type Life, leaseMs, type State } from "./state.js";

/** The parts of a state are never changed, so each is written down once for each time. */
const written = new WeakMap<object, Map<number, string>>();

/** 64 bits that tell a state from all others. What is over counts as equally long over. */
export function keyOf(state: State): readonly [high: number, low: number] {
  const { nowMs, lead, lastLead, nodes, lives, flight, stalled, owner, spent } = state;
  const text = [
    JSON.stringify([nowMs, lead, lastLead, stalled, owner, spent]),
    ...nodes.map((node) => once(node, nowMs, () => assignerText(node, nowMs))),
    ...lives.map((life) => once(life, nowMs, () => lifeText(life, clockOf(state, life)))),
    ...flight.map((message) => once(message, 0, () => JSON.stringify(message))).sort(),
  ].join("\n");
  let [high, low] = [0x9e3779b9, 0x85ebca6b];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0xcc9e2d51);
    high ^= high >>> 15;
    low = Math.imul(low ^ code ^ high, 0x1b873593);
    low ^= low >>> 13;
  }
  return [high >>> 0, low >>> 0];
}

function once(part: object, nowMs: number, write: () => string): string {
  const known = written.get(part) ?? new Map<number, string>();
  written.set(part, known);
  const text = known.get(nowMs) ?? write();
  known.set(nowMs, text);
  return text;
}

function lifeText({ worker, sleptMs, asleep }: Life, clockMs: number): string {
  const { sentAtMs, holdings, settings, lastSentMs: _, ...rest } = worker;
  const held = [...holdings.values()].map((holding) => [holding, Math.max(holding.untilMs, clockMs)]);
  const sent = [...sentAtMs].map(([seq, atMs]) => [seq, Math.max(atMs + leaseMs, clockMs)]);
  return JSON.stringify([settings.boot, sleptMs, asleep, sent, held, rest], withoutTimes);
}

function assignerText({ table, foundTerm, draining }: Assigner, nowMs: number): string {
  if (table === null) return JSON.stringify([foundTerm, [...draining]]);
  const { shards, orphans, lives, workers, alive, suspects, evicted, losing } = table;
  const all = [...workers.values()].map((worker) => [
    worker.boot,
    worker.state,
    worker.seq,
    Math.max(worker.heardAtMs, nowMs - leaseMs),
    Math.max(worker.promisedUntilMs, nowMs),
    worker.seen,
    worker.version,
    worker.report,
    [...worker.held],
    [...worker.shards],
    [...worker.revoking].map(([name, { version, untilMs }]) => [name, version, Math.max(untilMs, nowMs)]),
  ]);
  const { term, graceUntilMs, graceEnded, attentiveSinceMs, led, versions, doubts, unsettled } = table;
  const times = [graceEnded ? 0 : Math.max(graceUntilMs, nowMs), Math.max(attentiveSinceMs, nowMs - leaseMs)];
  const plain = [term, graceEnded, led, versions, doubts, unsettled, times];
  const sizes = [alive.size, suspects.size, evicted.size, losing.size];
  const parts = [[...shards], [...orphans], [...lives], all, sizes, plain];
  return JSON.stringify([foundTerm, [...draining], parts], withoutTimes);
}

/** Times that are over are said in other words; what is left of them says nothing. */
function withoutTimes(key: string, value: unknown): unknown {
  return key === "untilMs" || key === "refusedUntilMs" ? undefined : value;
}
