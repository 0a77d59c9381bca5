import * as v from "valibot";
import { RaftbeatError } from "../errors.js";
import {
  addressRule,
  defaultPreset,
  idRule,
  isAddress,
  isId,
  isMetadata,
  longestMetadataBytes,
  type Member,
  maxMemberCount,
  type Preset,
  presets,
  resolveTiming,
  type Settings,
  safeModes,
} from "../protocol/index.js";
import type { ElectorOptions } from "./elector.js";

/** Defaults of an elector that are not the protocol's; milliseconds. */
export const electorDefaults = {
  drainTimeoutMs: 30_000,
  coolDownMs: 5_000,
  healthIntervalMs: 1_000,
  healthTimeoutMs: 1_000,
  reconfigureTimeoutMs: 30_000,
} as const;

/** An elector's options, checked and complete. */
export interface ElectorPlan {
  readonly members: readonly Member[];
  readonly settings: Settings;
  readonly metadata: string | null;
  readonly drainTimeoutMs: number;
  readonly coolDownMs: number;
  readonly warnings: readonly string[];
}

const id = v.pipe(v.string(), v.check(isId, `must be ${idRule}`));
const durationMs = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(24 * 3600 * 1000));
const callable = v.custom<unknown>((value) => typeof value === "function", "must be a function");
const timing = v.union([
  v.picklist(Object.keys(presets) as Preset[]),
  v.strictObject({
    heartbeatIntervalMs: v.number(),
    electionTimeout: v.strictObject({ minMs: v.number(), maxMs: v.number() }),
    voteHoldMs: v.optional(v.number()),
    quorumTimeoutMs: v.optional(v.number()),
    clockDriftRatio: v.optional(v.number()),
  }),
]);

const schema = v.strictObject({
  cluster: id,
  id,
  voters: v.record(id, v.pipe(v.string(), v.check(isAddress, `must be ${addressRule}`))),
  join: v.optional(v.boolean()),
  arbiter: v.optional(v.boolean()),
  store: v.object({ open: callable, write: callable, close: callable }),
  transport: v.optional(callable),
  listen: v.optional(v.record(v.string(), v.unknown())),
  // Its messages must not show the value, as those of valibot do.
  token: v.optional(
    v.custom<string>(
      (value) => typeof value === "string" && value !== "",
      "must be a string that is not empty",
    ),
  ),
  tls: v.optional(v.record(v.string(), v.unknown())),
  timing: v.optional(timing),
  metadata: v.optional(
    v.pipe(v.string(), v.check(isMetadata, `must be at most ${longestMetadataBytes} bytes of UTF-8`)),
  ),
  health: v.optional(
    v.strictObject({
      check: callable,
      intervalMs: v.optional(durationMs),
      timeoutMs: v.optional(durationMs),
    }),
  ),
  coolDownMs: v.optional(durationMs),
  drainTimeoutMs: v.optional(durationMs),
  logger: v.optional(v.object({ debug: callable, info: callable, warn: callable, error: callable })),
});

/** Checks and completes options. Errors: `invalidSettings`, naming the setting and its value. */
export function planElector(options: ElectorOptions): ElectorPlan {
  const result = v.safeParse(schema, options, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    const path = v.getDotPath(issue) ?? "the options";
    throw invalid(`${path} (${path === "token" ? "not shown" : shown(issue.input)}): ${issue.message}`);
  }
  const ids = Object.keys(options.voters);
  if (options.join === true && ids.length > 0)
    throw invalid(
      `join (true) and voters (${ids.join(", ")}) contradict each other: a node that joins learns the voters`,
    );
  if (options.join !== true && !ids.includes(options.id))
    throw invalid(`id (${options.id}) must be one of voters (${ids.join(", ")}), or join must be true`);
  if (options.arbiter === true && options.join !== true && ids.length === 1)
    throw invalid(
      `arbiter (true) and voters (${ids.join(", ")}) contradict each other: an arbiter never leads, so there must be another voter`,
    );
  if (ids.length > maxMemberCount)
    throw invalid(`voters (${ids.length} of them) must be at most ${maxMemberCount}`);
  const own = options.voters[options.id];
  if (
    own?.startsWith("wss:") &&
    [options.tls, options.listen, options.transport].every((one) => one === undefined)
  )
    throw invalid(`tls is missing, and voters.${options.id} (${own}) asks for it`);
  const resolution = resolveTiming(options.timing ?? defaultPreset);
  if (!resolution.ok) throw invalid(resolution.problems.join("; "));
  return {
    members: Object.entries(options.voters).map(([name, address]) => ({
      id: name,
      address,
      incarnation: null,
    })),
    settings: { ...resolution.timing, modes: safeModes },
    metadata: options.metadata ?? null,
    drainTimeoutMs: options.drainTimeoutMs ?? electorDefaults.drainTimeoutMs,
    coolDownMs: options.coolDownMs ?? electorDefaults.coolDownMs,
    warnings: resolution.warnings,
  };
}

function invalid(message: string): RaftbeatError {
  return new RaftbeatError("invalidSettings", message);
}

function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object" : String(value).slice(0, 80);
}
