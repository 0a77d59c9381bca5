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
import { mapById } from "../../schemas/map-by-id.js";
import { ownWords } from "../../schemas/own-words.js";
import { timingEntries } from "../../schemas/timing.js";
import { faultSchema, whoSchema } from "./fault-schema.js";
import { latencySchema, lossSchema, rateSchema } from "./latency-schema.js";
import { studyModeProblems } from "./study-modes.js";

const durationMs = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e9));
const positiveMs = v.pipe(v.number(), v.finite(), v.gtValue(0), v.maxValue(1e9));
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
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

const scenarioSchema = v.strictObject({
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
  const result = readShape(input);
  if (!result.success) throw refused(result.issues.map(describe));
  const { cluster, timing: given, ...rest } = result.output;
  const { voters, observers } = idsOf(cluster);
  const ids = [...voters, ...observers];
  const timings = new Map<string, Timing>();
  const problems: string[] = [];
  if (new Set(ids).size !== ids.length) problems.push(`cluster: an id occurs twice in ${ids.join(", ")}`);
  if (voters.length === 0) problems.push("cluster: there must be at least one voter, and nodes is 0");
  if (ids.length > mostNodes) problems.push(`cluster: ${ids.length} nodes are more than ${mostNodes}`);
  for (const id of ids) {
    const resolution = timingFor(given, id);
    if (resolution.ok) timings.set(id, resolution.timing);
    else problems.push(...resolution.problems.map((problem) => `timing: ${problem}`));
  }
  problems.push(...strangersIn(result.output, ids), ...studyModeProblems(rest));
  if (rest.seed + rest.runs > Number.MAX_SAFE_INTEGER)
    problems.push(
      `seed (${rest.seed}) and runs (${rest.runs}): together they are more than ${Number.MAX_SAFE_INTEGER}`,
    );
  if (rest.start !== "crash-phase" && rest.eligible !== undefined)
    problems.push(`start: eligible belongs to crash-phase, and start is ${rest.start}`);
  if (rest.start === "settled" && rest.until !== undefined)
    problems.push("start: until belongs to crash-phase and fresh, and start is settled");
  if (rest.start !== "fresh" && rest.logs !== "equal")
    problems.push(`start: different logs belong to fresh, and start is ${rest.start}`);
  if (rest.start !== "fresh" && rest.terms !== "equal")
    problems.push(`start: different terms belong to fresh, and start is ${rest.start}`);
  if (problems.length > 0) throw refused([...new Set(problems)]);
  return { ...rest, voters, observers, timings: Object.fromEntries(timings) };
}

/**
 * What is wrong with a scenario whatever its settings are to each other: unknown keys and impossible values. What is left to be
 * wrong are settings that contradict each other.
 */
export function shapeProblems(input: unknown): string[] {
  return readShape(input).issues?.map(describe) ?? [];
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
function strangersIn(scenario: Parsed, ids: readonly string[]): string[] {
  const problems: string[] = [];
  const check = (path: string, who: unknown) => {
    if (Array.isArray(who)) for (const one of who) check(path, one);
    else if (typeof who === "string" && !ids.includes(who) && !isSelector(who))
      problems.push(`${path}: nobody is called ${who}; the nodes are ${ids.join(", ")}`);
  };
  if (typeof scenario.timing === "object" && "nodes" in scenario.timing)
    check("timing.nodes", Object.keys(scenario.timing.nodes));
  for (const [index, link] of scenario.network.links.entries())
    check(`network.links.${index}`, [link.from, link.to]);
  for (const [index, fault] of scenario.faults.entries())
    for (const key of ["nodes", "between", "from", "to", "groups", "links", "remove"])
      check(`faults.${index}.${key}`, (fault as Record<string, unknown>)[key]);
  for (const [index, one] of scenario.expect.entries())
    if ("newLeader" in one && one.newLeader !== "same") check(`expect.${index}.newLeader`, one.newLeader);
  return problems;
}

/** True for a word that names nodes by their part and not by their id. */
function isSelector(word: string): boolean {
  return v.is(whoSchema, word) && /^(leader|followers|all|follower[1-9][0-9]*)$/.test(word);
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = issue.path?.map(({ key }) => String(key)).join(".") ?? "";
  const unknownKey = issue.type === "strict_object" && issue.expected === "never";
  if (issue.type === "strict_object" && issue.input === undefined)
    return `${path}: must be given${path === "cluster" ? ", such as { nodes: 3 }" : ""}`;
  const value = JSON.stringify(unknownKey ? issue.path?.at(-1)?.value : issue.input) ?? "nothing";
  const shown = value.length > 120 ? `${value.slice(0, 117)}...` : value;
  if (unknownKey) return `${path}: is not a known key (its value is ${shown})`;
  return `${path === "" ? "the scenario" : path}: ${issue.message} (it is ${shown})`;
}

function refused(problems: readonly string[]): RaftbeatError {
  return new RaftbeatError("invalidSettings", problems.join("\n"));
}
