import * as v from "valibot";
import {
  between,
  interval,
  pause,
  samples,
  wholeBetween,
} from "../../liveness/detection/detector-settings.js";
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

/** More processes of a kind than a scenario needs; each sender has a link with each observer. */
export const mostParties = 100;

const partyRule =
  "must be a name of letters, digits and -_.: that is neither senders, observers, all nor zone1: there they mean a part";
const party = v.pipe(
  v.string(partyRule),
  v.check((id) => isId(id) && !isPart(id), partyRule),
);
const partiesRule = `must be a count from 1 to ${mostParties}, or a list of names`;
const parties = v.union(
  [
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostParties)),
    v.pipe(v.array(party), v.minLength(1), v.maxLength(mostParties)),
  ],
  partiesRule,
);

/** A process's name, a part (`senders`, `observers`, `zone1`, `all`), or a list of these. */
export const partySchema = v.union(
  [v.string(), v.array(v.string())],
  "must be a process's name, senders, observers, zone1, all, or a list of these",
);

/** True for a word that names processes by their part and not by their name. */
export function isPart(word: string): boolean {
  return /^(senders|observers|all|zone[1-9][0-9]*)$/.test(word);
}

const pace = { intervalMs: interval, pauseMs: v.optional(pause) };
const threshold = v.optional(between(0.1, 300));
const sampleCount = v.optional(samples);
const named = <const Name extends string>(name: Name) => ({ name: v.literal(name) });

const detector = v.variant("name", [
  v.strictObject({ ...named("missed"), ...pace }),
  v.strictObject({ ...named("nfdS"), ...pace }),
  v.strictObject({ ...named("nfdE"), ...pace, sampleCount }),
  v.strictObject({
    ...named("phiNormal"),
    ...pace,
    threshold,
    sampleCount,
    minDeviationMs: v.optional(positiveMs),
  }),
  v.strictObject({ ...named("phiExponential"), ...pace, threshold, sampleCount }),
  v.strictObject({
    ...named("bertier"),
    ...pace,
    gamma: v.optional(between(0, 1)),
    beta: v.optional(between(0, 100)),
    phi: v.optional(between(0, 100)),
    moderationMs: v.optional(pause),
    sampleCount,
  }),
]);

const pairSchema = v.strictObject({
  senders: v.optional(parties, 1),
  observers: v.optional(parties, 1),
  zones: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostParties)), 1),
  detector,
  beatMs: v.optional(interval),
  watch: v.optional(v.boolean(), false),
  deadAfterMs: v.optional(pause),
  rise: v.optional(wholeBetween(1, 100)),
  deathsPerSecond: v.optional(between(0, 1e6)),
  brakeMs: v.optional(pause),
  forgetAfterMs: v.optional(pause),
});

const anyFault = v.variant("do", [
  ...linkFaults(partySchema),
  ...hostFaults(partySchema),
  ...clockFaults(partySchema),
  v.strictObject({ ...one("leave"), ...lasting, nodes: partySchema }),
]);

const pairFault = v.pipe(
  anyFault,
  v.check((given) => saysWhen(given), whenRule),
);

/** One thing that goes wrong between senders and observers, and when, with its defaults filled in. */
export type PairFault = v.InferOutput<typeof pairFault>;

const atMost = v.strictObject({ min: v.optional(anyCount, 0), max: v.optional(anyCount) });
const status = v.picklist(["unknown", "alive", "suspect", "dead", "left"]);

const expectation = v.union(
  [
    v.strictObject({ falseSuspicions: atMost }),
    v.strictObject({ trueSuspicions: atMost }),
    v.strictObject({ falseDeaths: atMost }),
    v.strictObject({ trueDeaths: atMost }),
    v.strictObject({ restarts: atMost }),
    v.strictObject({ goodbyes: atMost }),
    v.strictObject({ flaps: atMost }),
    v.strictObject({ doubts: atMost }),
    v.strictObject({ detectsBy: positiveMs }),
    v.strictObject({ deadBy: positiveMs }),
    v.strictObject({ ends: v.record(v.string(), v.union([status, v.array(status)])) }),
    v.strictObject({ violations: v.union([v.literal("none"), v.array(v.string())]) }),
  ],
  "must be one of { falseSuspicions: { min, max } }, { trueSuspicions }, { falseDeaths }, { trueDeaths }, { restarts }, { goodbyes }, { flaps }, { doubts }, { detectsBy: ms }, { deadBy: ms }, { ends: { s1: alive, s2: [suspect, dead] } }, { violations: none or [names] }",
);

/** What a pair scenario expects of its runs. */
export type PairExpectation = v.InferOutput<typeof expectation>;

const linkSettings = {
  latency: v.optional(latencySchema),
  loss: v.optional(lossSchema),
  duplicate: v.optional(rateSchema),
};

/** What a scenario file of senders and observers may hold. */
export const pairScenarioSchema = v.strictObject({
  name: v.optional(v.string(), "scenario"),
  question: v.optional(v.string(), ""),
  answer: v.optional(v.string(), ""),
  seed: v.optional(v.pipe(v.number(), v.safeInteger()), 1),
  runs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e6)), 1),
  pair: pairSchema,
  network: v.optional(
    v.strictObject({
      transport: v.optional(v.picklist(["datagram", "stream"]), "datagram"),
      latency: v.optional(latencySchema, 1),
      loss: v.optional(lossSchema, 0),
      duplicate: v.optional(rateSchema, 0),
      links: v.optional(v.array(v.strictObject({ from: v.string(), to: v.string(), ...linkSettings })), []),
    }),
    {},
  ),
  timers: v.optional(v.strictObject({ lateness: v.optional(latencySchema, 0) }), {}),
  settleMs: v.optional(durationMs, 10_000),
  faults: v.optional(v.array(pairFault), []),
  observeMs: v.optional(positiveMs, 60_000),
  expect: v.optional(v.array(expectation), []),
});

/** A pair scenario as a person writes it. */
export type PairScenarioInput = v.InferInput<typeof pairScenarioSchema>;
