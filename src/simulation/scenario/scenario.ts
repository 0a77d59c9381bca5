import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import {
  defaultPreset,
  idRule,
  isId,
  presets,
  type Resolution,
  resolveTiming,
  type Timing,
  type TimingInput,
} from "../../protocol/index.js";
import { knownKeys } from "../../schemas/known-keys.js";
import { mapById } from "../../schemas/map-by-id.js";
import { ownWords } from "../../schemas/own-words.js";
import { timingEntries } from "../../schemas/timing.js";
import { faultSchema, whoSchema } from "./fault-schema.js";
import { latencySchema, lossSchema, rateSchema } from "./latency-schema.js";
import { count, durationMs, positiveMs } from "./number-schema.js";
import { problemOf, problemText, type ScenarioProblem, withoutRepeats } from "./scenario-problem.js";
import { studyModeProblems } from "./study-modes.js";

const nodeIdRule = `must be a node's id: ${idRule}; a number is written in quotes`;
const nodeId = v.pipe(
  v.string(nodeIdRule),
  v.check(isId, nodeIdRule),
  v.check((id) => !isSelector(id), "must not be leader, followers, all or follower1: there they mean a part"),
);
/** More nodes than any cluster that elects a leader has. */
const mostNodes = 31;

const timingInput = v.strictObject(timingEntries(positiveMs, v.number(), (range) => v.strictObject(range)));
const presetName = v.picklist(Object.keys(presets) as (keyof typeof presets)[]);
const oneTiming = v.union([presetName, timingInput], problemOfTiming);
const timing = v.union(
  [
    presetName,
    timingInput,
    v.strictObject({ default: v.optional(oneTiming, defaultPreset), nodes: mapById(oneTiming) }),
  ],
  problemOfTiming,
);

function problemOfTiming(): string {
  return `must be the name of a preset (${Object.keys(presets).join(", ")}), or { heartbeatIntervalMs, electionTimeout: { minMs, maxMs } } with positive numbers, or { default, nodes: { id: timing } }`;
}

const linkSettings = {
  latency: v.optional(latencySchema),
  loss: v.optional(lossSchema),
  duplicate: v.optional(rateSchema),
};

const expectation = v.union(
  [
    v.strictObject({ recovers: v.boolean(), byMs: v.optional(positiveMs) }),
    v.strictObject({ newLeader: v.string() }),
    v.strictObject({ leaderChanges: v.strictObject({ max: v.number() }) }),
    v.strictObject({ termGrowth: v.strictObject({ max: v.number() }) }),
    v.strictObject({ availability: v.strictObject({ min: v.number() }) }),
    v.strictObject({
      leaders: v.strictObject({
        min: v.optional(v.picklist([0, 1]), 0),
        max: v.number(),
        after: v.optional(durationMs, 0),
      }),
    }),
    v.strictObject({ violations: v.union([v.literal("none"), v.array(v.string())]) }),
  ],
  "must be one of { recovers, byMs }, { newLeader: who }, { leaderChanges: { max } }, { termGrowth: { max } }, { availability: { min } }, { leaders: { min: 0 or 1, max, after } }, { violations: none or [names] }",
);

const clusterSchema = v.union(
  [
    v.strictObject({ nodes: count(mostNodes), observers: v.optional(count(mostNodes), 0) }),
    v.strictObject({
      voters: v.pipe(v.array(nodeId), v.minLength(1)),
      observers: v.optional(v.array(nodeId), []),
    }),
  ],
  `must be { nodes, observers } with counts from 0 to ${mostNodes}, or { voters: [ids], observers: [ids] }`,
);

/** What a scenario file may hold. */
export const scenarioSchema = v.strictObject({
  name: v.optional(v.string(), "scenario"),
  question: v.optional(v.string(), ""),
  answer: v.optional(v.string(), ""),
  seed: v.optional(v.pipe(v.number(), v.safeInteger()), 1),
  runs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e6)), 1),
  cluster: clusterSchema,
  timing: v.optional(timing, defaultPreset),
  protocol: v.optional(
    v.strictObject({
      preVote: v.optional(v.boolean(), true),
      quorumCheck: v.optional(v.boolean(), true),
      voteHold: v.optional(v.boolean(), true),
      durable: v.optional(v.boolean(), true),
      candidateTimeout: v.optional(v.strictObject({ minMs: positiveMs, maxMs: positiveMs })),
      candidateBackoff: v.optional(v.boolean()),
      configurationsRefuse: v.optional(v.boolean()),
    }),
    {},
  ),
  network: v.optional(
    v.strictObject({
      transport: v.optional(v.picklist(["datagram", "stream"]), "datagram"),
      latency: v.optional(latencySchema, 1),
      loss: v.optional(lossSchema, 0),
      duplicate: v.optional(rateSchema, 0),
      links: v.optional(v.array(v.strictObject({ from: nodeId, to: nodeId, ...linkSettings })), []),
    }),
    {},
  ),
  disk: v.optional(v.strictObject({ write: v.optional(latencySchema, 0.2) }), {}),
  timers: v.optional(v.strictObject({ lateness: v.optional(latencySchema, 0) }), {}),
  start: v.optional(v.picklist(["settled", "fresh", "crash-phase"]), "settled"),
  settleMs: v.optional(durationMs, 5000),
  eligible: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  logs: v.optional(v.picklist(["equal", "different"]), "equal"),
  terms: v.optional(v.picklist(["equal", "different"]), "equal"),
  until: v.optional(v.picklist(["elected", "announced", "heartbeat"])),
  faults: v.optional(v.array(faultSchema), []),
  observeMs: v.optional(positiveMs, 60_000),
  expect: v.optional(v.array(expectation), []),
});

const scenarioKeys = knownKeys(scenarioSchema);

/** A scenario as a person writes it: only `cluster` must be given. */
export type ScenarioInput = v.InferInput<typeof scenarioSchema>;

type Parsed = v.InferOutput<typeof scenarioSchema>;

/** What a scenario expects of its runs. */
export type Expectation = v.InferOutput<typeof expectation>;

/** A scenario with every default filled in and every name known: plain data, which can be sent to threads and other machines. */
export interface Scenario extends Omit<Parsed, "cluster" | "timing"> {
  readonly voters: readonly string[];
  readonly observers: readonly string[];
  /** By the id of each node. */
  readonly timings: Readonly<Record<string, Timing>>;
}

/**
 * Checks a scenario and fills in its defaults.
 * @throws RaftbeatError `invalidSettings`, naming the path and the value of each problem
 * @example
 * const crash = parseScenario({ cluster: { nodes: 5 }, faults: [{ at: 0, do: "crash", nodes: "leader" }] });
 */
export function parseScenario(input: unknown): Scenario {
  const checked = checkScenario(input);
  if (checked.ok) return checked.scenario;
  throw new RaftbeatError("invalidSettings", checked.problems.map(problemText).join("\n"));
}

/** A scenario, or all that is wrong with what should be one. */
export function checkScenario(
  input: unknown,
):
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] } {
  const result = readShape(input);
  if (!result.success)
    return { ok: false, problems: result.issues.map((issue) => problemOf(issue, scenarioKeys)) };
  const { cluster, timing: given, ...rest } = result.output;
  const { voters, observers } = idsOf(cluster);
  const ids = [...voters, ...observers];
  const timings = new Map<string, Timing>();
  const problems: ScenarioProblem[] = [];
  const wrong = (key: string, ...sentences: readonly string[]) =>
    problems.push(...sentences.map((sentence) => ({ keys: [key], sentence })));
  if (new Set(ids).size !== ids.length) wrong("cluster", `an id occurs twice in ${ids.join(", ")}`);
  if (voters.length === 0) wrong("cluster", "there must be at least one voter, and nodes is 0");
  if (ids.length > mostNodes) wrong("cluster", `${ids.length} nodes are more than ${mostNodes}`);
  for (const id of ids) {
    const resolution = timingFor(given, id);
    if (resolution.ok) timings.set(id, resolution.timing);
    else wrong("timing", ...resolution.problems);
  }
  problems.push(...strangersIn(result.output, ids));
  wrong("protocol", ...studyModeProblems(rest));
  const { seed, runs, start } = rest;
  if (seed + runs > Number.MAX_SAFE_INTEGER)
    wrong("seed", `seed (${seed}) and runs (${runs}) are together more than ${Number.MAX_SAFE_INTEGER}`);
  if (start !== "crash-phase" && rest.eligible !== undefined)
    wrong("start", `eligible belongs to crash-phase, and start is ${start}`);
  if (start === "settled" && rest.until !== undefined)
    wrong("start", "until belongs to crash-phase and fresh, and start is settled");
  if (start !== "fresh" && rest.logs !== "equal")
    wrong("start", `different logs belong to fresh, and start is ${start}`);
  if (start !== "fresh" && rest.terms !== "equal")
    wrong("start", `different terms belong to fresh, and start is ${start}`);
  if (problems.length > 0) return { ok: false, problems: withoutRepeats(problems) };
  return { ok: true, scenario: { ...rest, voters, observers, timings: Object.fromEntries(timings) } };
}

/**
 * What is wrong with a scenario whatever its settings are to each other: unknown keys and impossible values. What is left to be
 * wrong are settings that contradict each other.
 */
export function shapeProblems(input: unknown): string[] {
  return readShape(input).issues?.map((issue) => problemText(problemOf(issue, scenarioKeys))) ?? [];
}

function readShape(input: unknown): v.SafeParseResult<typeof scenarioSchema> {
  return v.safeParse(scenarioSchema, input, { abortPipeEarly: true, ...ownWords });
}

function idsOf(cluster: Parsed["cluster"]): { voters: string[]; observers: string[] } {
  if ("voters" in cluster) return cluster;
  const named = (letter: string, length: number) =>
    Array.from({ length }, (_, index) => `${letter}${index + 1}`);
  return { voters: named("n", cluster.nodes), observers: named("o", cluster.observers) };
}

function timingFor(given: Parsed["timing"], id: string): Resolution {
  if (typeof given === "string" || !("nodes" in given)) return resolveTiming(given as TimingInput);
  return resolveTiming((given.nodes[id] ?? given.default) as TimingInput);
}

/** Names that nobody in the cluster has. */
function strangersIn(scenario: Parsed, ids: readonly string[]): ScenarioProblem[] {
  const problems: ScenarioProblem[] = [];
  const check = (who: unknown, ...keys: readonly (string | number)[]) => {
    if (Array.isArray(who)) for (const one of who) check(one, ...keys);
    else if (typeof who === "string" && !ids.includes(who) && !isSelector(who))
      problems.push({ keys, sentence: `nobody is called ${who}; the nodes are ${ids.join(", ")}` });
  };
  if (typeof scenario.timing === "object" && "nodes" in scenario.timing)
    check(Object.keys(scenario.timing.nodes), "timing", "nodes");
  for (const [index, link] of scenario.network.links.entries())
    check([link.from, link.to], "network", "links", index);
  for (const [index, fault] of scenario.faults.entries())
    for (const key of ["nodes", "between", "from", "to", "groups", "links", "remove"])
      check((fault as Record<string, unknown>)[key], "faults", index, key);
  for (const [index, one] of scenario.expect.entries())
    if ("newLeader" in one && one.newLeader !== "same") check(one.newLeader, "expect", index, "newLeader");
  return problems;
}

/** True for a word that names nodes by their part and not by their id. */
function isSelector(word: string): boolean {
  return v.is(whoSchema, word) && /^(leader|followers|all|follower[1-9][0-9]*)$/.test(word);
}
