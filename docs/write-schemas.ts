import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ConversionConfig, type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { nodeSettings } from "../src/settings/node-settings.js";
import { backendsScenarioSchema, machineSchema } from "../src/simulation/backends/backends-schema.js";
import { pairScenarioSchema, partySchema } from "../src/simulation/pair/pair-schema.js";
import { whoSchema } from "../src/simulation/scenario/fault-schema.js";
import { latencySchema, lossSchema } from "../src/simulation/scenario/latency-schema.js";
import { scenarioSchema } from "../src/simulation/scenario/scenario.js";

/** The JSON schemas of the files that people write, for editors: `npm run docs:schemas` writes them from the schemas that check the files. */

/** What an editor says of each key of a scenario. */
const scenarioKeys: Readonly<Record<keyof (typeof scenarioSchema)["entries"], string>> = {
  name: "The scenario's name; unless given, the file's.",
  question: "What the scenario asks, in a sentence.",
  answer: "What its runs answered.",
  seed: "The first run's seed; run k has seed + k - 1.",
  runs: "How often the scenario is played.",
  cluster: "The nodes: { nodes: 5 }, named n1 to n5, or { voters: [a, b, c], observers: [d] }.",
  timing: "A preset, the timings themselves in milliseconds, or { default, nodes: { id: timing } }.",
  protocol: "Modes of the protocol; false switches a protection off.",
  network: "What carries the messages, and how long it takes.",
  disk: "How long a durable write takes, in milliseconds.",
  timers: "How late timers are, in milliseconds.",
  start:
    "settled: the runs begin with a leader; fresh: with an election; crash-phase: as the leader crashes.",
  settleMs: "How long a cluster may take until it has settled, in milliseconds.",
  eligible: "With crash-phase: how many followers may win.",
  logs: "With fresh: whether all have equal logs.",
  terms: "With fresh: whether all begin at the same term.",
  until: "With crash-phase and fresh: what ends a run.",
  faults: "What goes wrong, and when: each has one of at, every and random.",
  observeMs: "How long a run is watched, in milliseconds of simulated time.",
  expect: "What must hold in every run.",
};

/** What an editor says of each key of a scenario of senders and observers. */
const pairKeys: Readonly<Record<keyof (typeof pairScenarioSchema)["entries"], string>> = {
  name: scenarioKeys.name,
  question: scenarioKeys.question,
  answer: scenarioKeys.answer,
  seed: scenarioKeys.seed,
  runs: scenarioKeys.runs,
  pair: "Who beats and who observes, named s1, s2 and o1, o2 or by a list of names; the failure detector and its numbers in milliseconds.",
  network: "What carries the beats, and how long it takes.",
  timers: scenarioKeys.timers,
  settleMs: "For how long the observers learn before faults count, in milliseconds.",
  faults: scenarioKeys.faults,
  observeMs: scenarioKeys.observeMs,
  expect: scenarioKeys.expect,
};

/** What an editor says of each key of a scenario of a gateway and its backends. */
const backendsKeys: Readonly<Record<keyof (typeof backendsScenarioSchema)["entries"], string>> = {
  name: scenarioKeys.name,
  question: scenarioKeys.question,
  answer: scenarioKeys.answer,
  seed: scenarioKeys.seed,
  runs: scenarioKeys.runs,
  backends:
    "How many backends, named b1, b2 and so on, or a list of names; how long they take to answer; the requests of the service; the rules of the checks.",
  network: "What carries probes and requests, and how long it takes.",
  timers: scenarioKeys.timers,
  settleMs: "For how long the checks run before faults count, in milliseconds.",
  faults: scenarioKeys.faults,
  observeMs: scenarioKeys.observeMs,
  expect: scenarioKeys.expect,
};

/** Checks that no JSON schema can say are left to raftbeat; a map's values stand in its metadata. */
const conversion: ConversionConfig = {
  typeMode: "input",
  errorMode: "ignore",
  overrideAction({ valibotAction, jsonSchema }) {
    const { metadata } = valibotAction as { readonly metadata?: { readonly additionalProperties?: unknown } };
    const values = metadata?.additionalProperties as v.GenericSchema | undefined;
    if (values?.kind !== "schema") return undefined;
    const { $schema: _, ...additionalProperties } = toJsonSchema(values, conversion);
    return { ...jsonSchema, additionalProperties };
  },
};

/** What stands in many places of a scenario. */
const definitions = {
  who: whoSchema,
  party: partySchema,
  machine: machineSchema,
  latency: latencySchema,
  loss: lossSchema,
};

/** The schema of a scenario file: an election's, one of senders and observers (`pair`), or of a gateway and its backends (`backends`). */
export function scenarioJsonSchema(): JsonSchema {
  const of = (schema: v.GenericSchema, keys: Readonly<Record<string, string>>) => {
    const { $schema, $defs, ...rest } = described(toJsonSchema(schema, { ...conversion, definitions }), keys);
    return { $schema, $defs, rest };
  };
  const election = of(scenarioSchema, scenarioKeys);
  const pair = of(pairScenarioSchema, pairKeys);
  const backends = of(backendsScenarioSchema, backendsKeys);
  return {
    title: "A scenario of raftbeat",
    $schema: election.$schema,
    // Not `anyOf`: an editor tells the problems of the kind that the file is.
    if: { type: "object", required: ["pair"] },
    // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's.
    then: pair.rest,
    else: {
      if: { type: "object", required: ["backends"] },
      // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's.
      then: backends.rest,
      else: election.rest,
    },
    $defs: { ...election.$defs, ...pair.$defs, ...backends.$defs },
  };
}

/** The schema of the settings file of `raftbeat node`. */
export function settingsJsonSchema(): JsonSchema {
  const settings = Object.entries(nodeSettings);
  const schema = v.strictObject(
    Object.fromEntries(settings.map(([key, { schema }]) => [key, v.optional(schema)])),
  );
  const helps = Object.fromEntries(settings.map(([key, { help }]) => [key, help]));
  const told = described(toJsonSchema(schema, conversion), helps);
  return { title: "Settings of raftbeat node", ...asText(told) };
}

function described(schema: JsonSchema, descriptions: Readonly<Record<string, string>>): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).map(([key, property]) => [
    key,
    { description: descriptions[key], ...(property as JsonSchema) },
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** A settings file is read as text, so an id or a name may look like a number. */
function asText(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (_, value) =>
    value?.type === "string" && value.enum === undefined ? { ...value, type: ["string", "number"] } : value,
  );
  return JSON.parse(text) as JsonSchema;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, schema] of Object.entries({
    scenario: scenarioJsonSchema(),
    settings: settingsJsonSchema(),
  }))
    writeFileSync(new URL(`schemas/${name}.json`, import.meta.url), `${JSON.stringify(schema, null, 1)}\n`);
