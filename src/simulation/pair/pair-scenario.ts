import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import type { Detector } from "../../liveness/detection/detector.js";
import { detectors } from "../../liveness/detection/detectors.js";
import { type RosterSettings, resolveRoster } from "../../liveness/roster/roster-settings.js";
import { knownKeys } from "../../schemas/known-keys.js";
import { ownWords } from "../../schemas/own-words.js";
import { problemOf, problemText, type ScenarioProblem } from "../scenario/scenario-problem.js";
import { isPart, type PairScenarioInput, pairScenarioSchema } from "./pair-schema.js";

type Parsed = v.InferOutput<typeof pairScenarioSchema>;

/**
 * A scenario of senders and observers, with every default filled in and every name known: plain data, which can be sent to threads and other
 * machines.
 */
export interface PairScenario extends Parsed {
  readonly senders: readonly string[];
  readonly observers: readonly string[];
}

const pairKeys = knownKeys(pairScenarioSchema);

/**
 * Checks a pair scenario and fills in its defaults.
 * @throws RaftbeatError `invalidSettings`, naming the path and the value of each problem
 * @example
 * const crash = parsePairScenario({
 *   pair: { detector: { name: "nfdE", intervalMs: 1000 } },
 *   faults: [{ at: 0, do: "crash", nodes: "s1" }],
 *   expect: [{ detectsBy: 4100 }],
 * });
 */
export function parsePairScenario(input: PairScenarioInput): PairScenario {
  const checked = checkPairScenario(input);
  if (checked.ok) return checked.scenario;
  throw new RaftbeatError("invalidSettings", checked.problems.map(problemText).join("\n"));
}

/** A pair scenario, or all that is wrong with what should be one. */
export function checkPairScenario(
  input: unknown,
):
  | { readonly ok: true; readonly scenario: PairScenario }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] } {
  const result = v.safeParse(pairScenarioSchema, input, { abortPipeEarly: true, ...ownWords });
  if (!result.success)
    return { ok: false, problems: result.issues.map((issue) => problemOf(issue, pairKeys)) };
  const { pair, seed, runs } = result.output;
  const senders = namesOf(pair.senders, "s");
  const observers = namesOf(pair.observers, "o");
  const ids = [...senders, ...observers];
  const problems: ScenarioProblem[] = [];
  const wrong = (keys: ScenarioProblem["keys"], sentence: string) => problems.push({ keys, sentence });
  if (new Set(ids).size !== ids.length) wrong(["pair"], `a name occurs twice in ${ids.join(", ")}`);
  if (pair.zones > senders.length)
    wrong(["pair", "zones"], `${pair.zones} zones are more than the ${senders.length} senders`);
  if (seed + runs > Number.MAX_SAFE_INTEGER)
    wrong(["seed"], `seed (${seed}) and runs (${runs}) are together more than ${Number.MAX_SAFE_INTEGER}`);
  const refusal = detectorRefusal(pair);
  if (refusal !== null) wrong(["pair", "detector"], refusal);
  problems.push(...strangersIn(result.output, senders, observers));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, scenario: { ...result.output, senders, observers } };
}

/** How the observers of a scenario judge silence. */
export function rosterSettingsOf({ pair, senders }: PairScenario): RosterSettings {
  const { deadAfterMs, rise, deathsPerSecond, brakeMs, forgetAfterMs } = pair;
  return resolveRoster({
    detector: detectorOf(pair),
    zoneOf: (id) => zoneOf(id, senders, pair.zones),
    deadAfterMs,
    rise,
    deathsPerSecond,
    brakeMs,
    forgetAfterMs,
  });
}

/** The zone of a sender: they are dealt out to the zones in turn. */
export function zoneOf(id: string, senders: readonly string[], zones: number): string {
  return `zone${(senders.indexOf(id) % zones) + 1}`;
}

/** The processes named, each once. */
export function partiesNamed(
  who: string | readonly string[],
  { pair, senders, observers }: Pick<PairScenario, "pair" | "senders" | "observers">,
): string[] {
  if (typeof who !== "string")
    return [...new Set(who.flatMap((one) => partiesNamed(one, { pair, senders, observers })))];
  if (who === "all") return [...senders, ...observers];
  if (who === "senders") return [...senders];
  if (who === "observers") return [...observers];
  if (isPart(who)) return senders.filter((id) => zoneOf(id, senders, pair.zones) === who);
  return [who];
}

function namesOf(given: number | string[], letter: string): readonly string[] {
  return typeof given === "number"
    ? Array.from({ length: given }, (_, index) => `${letter}${index + 1}`)
    : given;
}

function detectorOf({ detector: { name, ...settings } }: Parsed["pair"]): Detector {
  return (detectors[name] as (settings: object) => Detector)(settings);
}

/** Why there is no such detector, in its own words. */
function detectorRefusal(pair: Parsed["pair"]): string | null {
  try {
    detectorOf(pair);
    return null;
  } catch (error) {
    if (error instanceof RaftbeatError) return error.message;
    throw error;
  }
}

/** Names that no process has. */
function strangersIn(
  { pair, network, faults, expect }: Parsed,
  senders: readonly string[],
  observers: readonly string[],
): ScenarioProblem[] {
  const problems: ScenarioProblem[] = [];
  const ids = [...senders, ...observers];
  const check = (who: unknown, known: readonly string[], ...keys: readonly (string | number)[]) => {
    if (Array.isArray(who)) for (const one of who) check(one, known, ...keys);
    else if (typeof who === "string" && !known.includes(who) && !(known === ids && isPartOf(who, pair.zones)))
      problems.push({ keys, sentence: `nobody is called ${who}; there are ${known.join(", ")}` });
  };
  for (const [index, { from, to }] of network.links.entries())
    for (const id of [from, to]) if (!ids.includes(id)) check(id, [...ids], "network", "links", index);
  for (const [index, fault] of faults.entries())
    for (const key of ["nodes", "between", "from", "to"])
      check((fault as Readonly<Record<string, unknown>>)[key], ids, "faults", index, key);
  for (const [index, fault] of faults.entries())
    if (
      fault.do === "leave" &&
      partiesNamed(fault.nodes, { pair, senders, observers }).some((id) => !senders.includes(id))
    )
      problems.push({ keys: ["faults", index, "nodes"], sentence: "only senders say goodbye" });
  for (const [index, one] of expect.entries())
    if ("ends" in one) check(Object.keys(one.ends), senders, "expect", index, "ends");
  return problems;
}

/** True for a part that there is. */
function isPartOf(word: string, zones: number): boolean {
  if (!isPart(word)) return false;
  const zone = /^zone([0-9]+)$/.exec(word)?.[1];
  return zone === undefined || Number(zone) <= zones;
}
