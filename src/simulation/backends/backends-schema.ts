import * as v from "valibot";
import { mostBackends, ruleSchemas } from "../../liveness/checks/checks-settings.js";
import { isId } from "../../protocol/index.js";
import {
  clockFaults,
  hostFaults,
  lasting,
  linkFaults,
  one,
  saysWhen,
  whenRule,
} from "../scenario/fault-schema.js";
import { latencySchema, lossSchema, rateSchema } from "../scenario/latency-schema.js";
import { count, durationMs, positiveMs } from "../scenario/number-schema.js";

const anyCount = count(1e9);
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const nameRule =
  "must be a name of letters, digits and -_.: that is neither backends, all nor gateway: there they mean a part";
const name = v.pipe(
  v.string(nameRule),
  v.check((id) => isId(id) && !["backends", "all", "gateway"].includes(id), nameRule),
);

/** A backend's name, `backends`, `gateway`, `all`, or a list of these. */
export const machineSchema = v.union(
  [v.string(), v.array(v.string())],
  "must be a backend's name, backends, gateway, all, or a list of these",
);

const backendsSchema = v.strictObject({
  ...ruleSchemas,
  of: v.optional(
    v.union(
      [
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostBackends)),
        v.pipe(v.array(name), v.minLength(1), v.maxLength(mostBackends)),
      ],
      `must be a count from 1 to ${mostBackends}, or a list of names`,
    ),
    3,
  ),
  answers: v.optional(latencySchema, 5),
  requestsPerSecond: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10_000)), 0),
});

const nodes = { nodes: machineSchema };

const anyFault = v.variant("do", [
  ...linkFaults(machineSchema),
  ...hostFaults(machineSchema),
  ...clockFaults(machineSchema),
  v.strictObject({ ...one("unwell"), ...lasting, ...nodes }),
  v.strictObject({ ...one("slow"), ...lasting, ...nodes, answers: latencySchema }),
  v.strictObject({ ...one("drain"), ...lasting, ...nodes }),
]);

const backendsFault = v.pipe(
  anyFault,
  v.check((given) => saysWhen(given), whenRule),
);

/** One thing that goes wrong between a gateway and its backends, and when, with its defaults filled in. */
export type BackendsFault = v.InferOutput<typeof backendsFault>;

const bounds = v.strictObject({ min: v.optional(anyCount, 0), max: v.optional(anyCount) });

const expectation = v.union(
  [
    v.strictObject({ falseDowns: bounds }),
    v.strictObject({ trueDowns: bounds }),
    v.strictObject({ panics: bounds }),
    v.strictObject({ ejections: bounds }),
    v.strictObject({ failedShare: v.strictObject({ max: share }) }),
    v.strictObject({ usable: v.strictObject({ min: anyCount }) }),
    v.strictObject({ downBy: positiveMs }),
    v.strictObject({ upBy: positiveMs }),
    v.strictObject({
      served: v.strictObject({
        by: v.string(),
        from: durationMs,
        to: durationMs,
        min: v.optional(share, 0),
        max: v.optional(share, 1),
      }),
    }),
    v.strictObject({ ends: v.record(v.string(), v.picklist(["up", "down"])) }),
    v.strictObject({ violations: v.union([v.literal("none"), v.array(v.string())]) }),
  ],
  "must be one of { falseDowns: { min, max } }, { trueDowns }, { panics }, { ejections }, { failedShare: { max } }, { usable: { min } }, { downBy: ms }, { upBy: ms }, { served: { by, from, to, min, max } }, { ends: { b1: up or down } }, { violations: none or [names] }",
);

/** What a scenario of backends expects of its runs. */
export type BackendsExpectation = v.InferOutput<typeof expectation>;

/** What a scenario file of a gateway and its backends may hold. */
export const backendsScenarioSchema = v.strictObject({
  name: v.optional(v.string(), "scenario"),
  question: v.optional(v.string(), ""),
  answer: v.optional(v.string(), ""),
  seed: v.optional(v.pipe(v.number(), v.safeInteger()), 1),
  runs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e6)), 1),
  backends: backendsSchema,
  network: v.optional(
    v.strictObject({
      latency: v.optional(latencySchema, 1),
      loss: v.optional(lossSchema, 0),
      duplicate: v.optional(rateSchema, 0),
    }),
    {},
  ),
  timers: v.optional(v.strictObject({ lateness: v.optional(latencySchema, 0) }), {}),
  settleMs: v.optional(durationMs, 10_000),
  faults: v.optional(v.array(backendsFault), []),
  observeMs: v.optional(positiveMs, 60_000),
  expect: v.optional(v.array(expectation), []),
});

/** A scenario of backends as a person writes it. */
export type BackendsScenarioInput = v.InferInput<typeof backendsScenarioSchema>;
