import type { Loss } from "../cluster/link-rules.js";
import type { Latency } from "../kernel/latency.js";
import { integerOf, type Stream } from "../kernel/prng.js";
import { forgeries } from "../scenario/fault-schema.js";
import type { ScenarioInput } from "../scenario/scenario.js";
import { logUniform, oneOf, rounded, someOf, weighted } from "./chance.js";
import type { FaultKind } from "./profile.js";

/** A fault as it stands in a scenario file. */
export type FaultInput = NonNullable<ScenarioInput["faults"]>[number];

/** What a fault may draw on. */
export interface FaultGround {
  readonly stream: Stream;
  readonly voters: readonly string[];
  readonly observers: readonly string[];
  /** The longest election timeout of the cluster, its shortest vote hold, and by how much its clocks may drift. */
  readonly timeoutMs: number;
  readonly holdMs: number;
  readonly driftRatio: number;
  readonly longestFaultMs: number;
  /** Who may be wiped or put back in this script: one voter of three or more, since what a majority forgets nobody can keep. Nobody: null. */
  readonly forgetful: string | null;
}

/**
 * Makes what strikes from `atMs` on where this kind is drawn: one fault, or a burst of crashes. The crashes are written out one by
 * one, since a shrinker can take each away without changing the others.
 */
export function faultsOf(kind: FaultKind, atMs: number, ground: FaultGround): FaultInput[] {
  if (kind !== "crashes") return [faultOf(kind, atMs, ground)];
  const { stream, voters, timeoutMs } = ground;
  const pauseMs = logUniform(stream, 0.1 * timeoutMs, 2 * timeoutMs);
  return Array.from({ length: integerOf(stream, 3, 9) }, (_, index) => ({
    at: rounded(atMs + (index + stream()) * pauseMs, 1),
    for: rounded(logUniform(stream, 0.03, 2) * timeoutMs, 1),
    do: "crash",
    nodes: stream() < 0.3 ? "leader" : oneOf(stream, voters),
    ...(stream() < 0.3 ? { loseUnsynced: false } : {}),
  }));
}

/** Makes a fault of this kind that strikes at `atMs` and breaks no invariant that the protocol rests on. */
function faultOf(kind: Exclude<FaultKind, "crashes">, atMs: number, ground: FaultGround): FaultInput {
  const { stream, voters, observers, timeoutMs, holdMs, driftRatio, forgetful } = ground;
  const ids = [...voters, ...observers];
  const at = rounded(atMs, 1);
  const lasting = stream() < 0.2 ? { at } : { at, for: lastsMs(ground) };
  const who = () => someone(stream, ids);
  const pair = (): [string | string[], string | string[]] => [who(), stream() < 0.3 ? "all" : who()];
  const between = () => ({
    ...(stream() < 0.4 ? {} : { between: pair() }),
    ...(stream() < 0.3 ? { oneWay: true } : {}),
  });
  const spanMs = () => rounded(logUniform(stream, holdMs / 4, 3 * timeoutMs), 1);
  switch (kind) {
    case "cut":
      return { ...lasting, do: kind, between: pair() };
    case "cutOneWay":
      return { ...lasting, do: kind, from: who(), to: stream() < 0.3 ? "all" : who() };
    case "partition":
      return { ...lasting, do: kind, groups: groupsOf(stream, ids) };
    case "isolate":
    case "diskStall":
    case "diskFail":
      return { ...lasting, do: kind, nodes: who() };
    case "pause":
      return { ...lasting, do: kind, nodes: stream() < 0.4 ? "leader" : who() };
    case "keepOnly":
      return {
        ...lasting,
        do: kind,
        links: treeOf(stream, ids),
        ...(stream() < 0.2 ? { oneWay: true } : {}),
      };
    case "bridge":
    case "ring":
      return { ...lasting, do: kind };
    case "flaky":
      return { ...lasting, do: kind, ...between(), upMs: spanMs(), downMs: spanMs() };
    case "hold":
      return { ...lasting, do: kind, ...between() };
    case "loss":
      return { ...lasting, do: kind, ...between(), rate: lossOf(stream) };
    case "latency":
      return { ...lasting, do: kind, ...between(), latency: slowLatency(stream, holdMs, timeoutMs) };
    case "duplicate":
      return { ...lasting, do: kind, ...between(), rate: rounded(0.05 + 0.9 * stream(), 2) };
    case "crash":
      return {
        ...lasting,
        do: kind,
        nodes: stream() < 0.4 ? "leader" : who(),
        ...(stream() < 0.3 ? { loseUnsynced: false } : {}),
        ...(stream() < 0.3 ? { host: true } : {}),
      };
    case "putBack":
      return forgetful === null
        ? { at, do: "restart", nodes: oneOf(stream, ids) }
        : { at, do: kind, nodes: forgetful };
    case "forge":
      return forgery(at, ground);
    case "restart":
      return { at, do: kind, nodes: stream() < 0.5 ? oneOf(stream, ["leader", "all"]) : who() };
    case "wipe":
      return {
        at,
        do: "restart",
        nodes: forgetful ?? oneOf(stream, ids),
        ...(forgetful === null ? {} : { wipe: true }),
      };
    case "clockRate":
      return { ...lasting, do: kind, nodes: who(), rate: rateOf(stream, driftRatio) };
    case "wallJump": {
      const byMs = rounded(logUniform(stream, 1, 1e6), 1);
      return { ...lasting, do: kind, nodes: who(), byMs: stream() < 0.5 ? byMs : -byMs };
    }
    case "transfer":
      return { at, do: kind, ...(stream() < 0.5 ? {} : { to: oneOf(stream, ids) }) };
    case "reconfigure":
      return reconfiguration(at, ground, ids);
  }
}

/** An outsider says something for its own ends, or a member what cannot be. */
function forgery(at: number, { stream, voters }: FaultGround): FaultInput {
  const says = oneOf(stream, forgeries);
  const to = stream() < 0.3 ? "all" : oneOf(stream, ["leader", "followers", ...voters]);
  const absurd = { ahead: rounded(2 ** 33 * (1 + stream() * 2 ** 19), 0) };
  if (stream() < 0.3) return { at, do: "forge", to, says, as: oneOf(stream, voters), ...absurd };
  return { at, do: "forge", to, says, ...(stream() < 0.3 ? absurd : { ahead: integerOf(stream, 0, 4) }) };
}

/** Nobody is removed from a script in which a voter is wiped but that voter: the rest must still make a quorum. */
function reconfiguration(
  at: number,
  { stream, forgetful, observers }: FaultGround,
  ids: string[],
): FaultInput {
  const gone = forgetful ?? oneOf(stream, ids);
  const come =
    forgetful !== null && stream() < 0.5 ? forgetful : oneOf(stream, [...ids, ...observers, ...observers]);
  const [remove, add] = weighted(stream, [
    [[true, false], 2],
    [[false, true], 3],
    [[true, true], 1],
  ] as const);
  return { at, do: "reconfigure", ...(remove ? { remove: gone } : {}), ...(add ? { add: come } : {}) };
}

/** Short ones are the most frequent: what matters happens at the edges. */
function lastsMs({ stream, holdMs, longestFaultMs }: FaultGround): number {
  return rounded(logUniform(stream, holdMs / 4, longestFaultMs), 1);
}

function someone(stream: Stream, ids: readonly string[]): string | string[] {
  const chance = stream();
  if (chance < 0.3) return "leader";
  if (chance < 0.7) return oneOf(stream, ids);
  if (chance < 0.8) return "followers";
  const some = someOf(stream, ids, 1);
  return some.length === 1 ? (some[0] as string) : some;
}

/** Two or three groups; somebody may be in several, and so bridge them. */
function groupsOf(stream: Stream, ids: readonly string[]): string[][] {
  const groups: string[][] = Array.from({ length: stream() < 0.7 ? 2 : 3 }, () => []);
  for (const id of ids) {
    groups[integerOf(stream, 0, groups.length)]?.push(id);
    if (stream() < 0.1) groups[integerOf(stream, 0, groups.length)]?.push(id);
  }
  const filled = groups.map((group) => [...new Set(group)]).filter((group) => group.length > 0);
  return filled.length === 0 ? [[...ids]] : filled;
}

/** Chains, stars and what lies between: everybody is linked to one before, and some to one more. */
function treeOf(stream: Stream, ids: readonly string[]): [string, string][] {
  const links: [string, string][] = [];
  for (const [index, id] of ids.entries()) {
    if (index === 0) continue;
    const near = stream() < 0.5 ? index - 1 : 0;
    links.push([id, ids[near] as string]);
    if (stream() < 0.3) links.push([id, ids[integerOf(stream, 0, index)] as string]);
  }
  return links;
}

function lossOf(stream: Stream): Loss {
  if (stream() < 0.6) return rounded(logUniform(stream, 0.01, 0.6), 3);
  return {
    burst: {
      goodToBad: rounded(logUniform(stream, 0.005, 0.2), 3),
      badToGood: rounded(logUniform(stream, 0.02, 0.5), 3),
      lossInBad: rounded(0.5 + 0.5 * stream(), 2),
    },
  };
}

/** From a little slower than usual to slower than any timeout, often with a long tail that overtakes and is overtaken. */
function slowLatency(stream: Stream, holdMs: number, timeoutMs: number): Latency {
  const ms = rounded(logUniform(stream, 0.1 * holdMs, 2 * timeoutMs), 1);
  return oneOf<Latency>(stream, [
    { fixed: ms },
    { uniform: [0, rounded(2 * ms, 1)] },
    { exponential: ms },
    { lognormal: { medianMs: rounded(ms / 4, 2), p99Ms: rounded(2 * ms, 2) } },
    { pareto: { minMs: rounded(ms / 4, 2), shape: 1.5 } },
  ]);
}

/** As far out as the drift ratio allows, more often than not. */
function rateOf(stream: Stream, driftRatio: number): number {
  const share = stream() < 0.6 ? 0.999 : stream();
  const drift = driftRatio * share;
  return rounded(stream() < 0.5 ? 1 + drift : 1 - drift, 6);
}
