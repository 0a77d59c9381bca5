import * as v from "valibot";
import { furthestAhead } from "../../protocol/index.js";
import { latencySchema, lossSchema, rateSchema } from "./latency-schema.js";

const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const positiveMs = v.pipe(v.number(), v.gtValue(0), v.maxValue(1e9));

/** A node's id, a selector (`leader`, `follower1`, `followers`, `all`), or a list of these. */
export const whoSchema = v.union(
  [v.string(), v.array(v.string())],
  "must be a node's id, leader, follower1, followers, all, or a list of these",
);

/** When a fault strikes: exactly one of these. */
export const when = {
  at: v.optional(ms),
  every: v.optional(positiveMs),
  random: v.optional(
    v.strictObject({
      ratePerMinute: v.pipe(v.number(), v.gtValue(0), v.maxValue(1e5)),
      forMs: v.optional(v.tuple([ms, ms])),
    }),
  ),
};
/** ... and for how long; without it, until everything is healed. */
export const lasting = { ...when, for: v.optional(positiveMs) };
const pair = v.tuple([whoSchema, whoSchema]);
const nodes = { nodes: whoSchema };
/** The key that says what a fault does. */
export const one = <const Name extends string>(name: Name) => ({ do: v.literal(name) });

/** A schema of names for hosts. */
type WhoSchema = v.GenericSchema<string | string[]>;

/** What strikes links, by the names of the hosts at their ends. */
export const linkFaults = (who: WhoSchema) => {
  const ends = v.tuple([who, who]);
  const between = { between: v.optional(ends, ["all", "all"]), oneWay: v.optional(v.boolean(), false) };
  return [
    v.strictObject({ ...one("cut"), ...lasting, between: ends }),
    v.strictObject({ ...one("cutOneWay"), ...lasting, from: who, to: who }),
    v.strictObject({ ...one("isolate"), ...lasting, nodes: who }),
    v.strictObject({ ...one("flaky"), ...lasting, ...between, upMs: positiveMs, downMs: positiveMs }),
    v.strictObject({ ...one("hold"), ...lasting, ...between }),
    v.strictObject({ ...one("loss"), ...lasting, ...between, rate: lossSchema }),
    v.strictObject({ ...one("latency"), ...lasting, ...between, latency: latencySchema }),
    v.strictObject({ ...one("duplicate"), ...lasting, ...between, rate: rateSchema }),
  ] as const;
};

/** Where in its event loop a process is blocked. */
export const blockSites = ["timer", "data", "promise", "immediate"] as const;

/** What strikes processes and machines whose memory is all they have. */
export const hostFaults = (who: WhoSchema) =>
  [
    v.strictObject({ ...one("crash"), ...lasting, nodes: who, host: v.optional(v.boolean(), false) }),
    v.strictObject({ ...one("restart"), ...when, nodes: who }),
    v.strictObject({ ...one("pause"), ...lasting, nodes: who }),
    v.strictObject({ ...one("suspend"), ...lasting, nodes: who }),
    v.strictObject({
      ...one("block"),
      ...lasting,
      nodes: who,
      in: v.optional(v.picklist(blockSites), "timer"),
    }),
    v.strictObject({ ...one("heal"), ...when }),
  ] as const;

/** What strikes clocks. */
export const clockFaults = (who: WhoSchema) =>
  [
    v.strictObject({
      ...one("clockRate"),
      ...lasting,
      nodes: who,
      rate: v.pipe(v.number(), v.minValue(0.01), v.maxValue(100)),
    }),
    v.strictObject({ ...one("wallJump"), ...lasting, nodes: who, byMs: v.pipe(v.number(), v.finite()) }),
  ] as const;

/** Whether a fault strikes at a time, or again and again, or by chance. */
export function saysWhen({
  at,
  every,
  random,
}: Readonly<Partial<Record<keyof typeof when, unknown>>>): boolean {
  return [at, every, random].filter((given) => given !== undefined).length === 1;
}

/** What it must say. */
export const whenRule = "must say exactly one of at, every and random";

/** What a forged message may be. */
export const forgeries = [
  "heartbeat",
  "vote",
  "preVote",
  "voteReply",
  "heartbeatReply",
  "order",
  "notice",
] as const;

const anyFault = v.variant("do", [
  ...linkFaults(whoSchema),
  v.strictObject({ ...one("partition"), ...lasting, groups: v.pipe(v.array(whoSchema), v.minLength(1)) }),
  v.strictObject({
    ...one("keepOnly"),
    ...lasting,
    links: v.array(pair),
    oneWay: v.optional(v.boolean(), false),
  }),
  v.strictObject({ ...one("bridge"), ...lasting }),
  v.strictObject({ ...one("ring"), ...lasting }),
  v.strictObject({
    ...one("crash"),
    ...lasting,
    ...nodes,
    loseUnsynced: v.optional(v.boolean(), true),
    host: v.optional(v.boolean(), false),
  }),
  v.strictObject({ ...one("restart"), ...when, ...nodes, wipe: v.optional(v.boolean(), false) }),
  v.strictObject({ ...one("putBack"), ...when, ...nodes }),
  v.strictObject({
    ...one("forge"),
    ...when,
    to: whoSchema,
    as: v.optional(v.string()),
    says: v.optional(v.picklist(forgeries), "heartbeat"),
    ahead: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 1),
  }),
  v.strictObject({ ...one("pause"), ...lasting, ...nodes }),
  v.strictObject({ ...one("diskStall"), ...lasting, ...nodes }),
  v.strictObject({ ...one("diskFail"), ...lasting, ...nodes }),
  ...clockFaults(whoSchema),
  v.strictObject({ ...one("transfer"), ...when, to: v.optional(v.string()) }),
  v.strictObject({
    ...one("reconfigure"),
    ...when,
    add: v.optional(v.string()),
    remove: v.optional(v.string()),
  }),
  v.strictObject({ ...one("heal"), ...when }),
]);

/** One thing that goes wrong, and when. */
export const faultSchema = v.pipe(
  anyFault,
  v.check((fault) => saysWhen(fault), whenRule),
  v.check(
    (fault) => fault.do !== "forge" || fault.as === undefined || fault.ahead > furthestAhead,
    `forge as a member must count more than ${furthestAhead} ahead: nothing protects from a member that lies about what can be`,
  ),
);

/** One thing that goes wrong, and when, as a person writes it. */
export type FaultInput = v.InferInput<typeof faultSchema>;

/** One thing that goes wrong, and when, with its defaults filled in. */
export type Fault = v.InferOutput<typeof faultSchema>;
