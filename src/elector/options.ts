import * as v from "valibot";
import { RaftbeatError } from "../errors.js";
import { ownWords } from "../own-words.js";
import {
  type Arrival,
  addressRule,
  clusterIdRule,
  defaultPreset,
  founding,
  idRule,
  isAddress,
  isClusterId,
  isId,
  isMetadata,
  joining,
  longestMetadataBytes,
  type Member,
  maxMemberCount,
  type Preset,
  presets,
  resolveTiming,
  type Settings,
  safeModes,
} from "../protocol/index.js";
import type { TransportToken } from "../transport/secrets.js";
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
  /** How the node comes to a cluster, if it belongs to none yet. */
  readonly arrival: Arrival;
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
  join: v.optional(
    v.union([
      v.boolean(),
      v.strictObject({
        members: v.optional(v.array(id)),
        clusterId: v.optional(v.pipe(v.string(), v.check(isClusterId, `must be ${clusterIdRule}`))),
      }),
    ]),
  ),
  absentFounders: v.optional(v.array(id)),
  store: v.object({ open: callable, write: callable, close: callable }),
  transport: v.optional(callable),
  listen: v.optional(v.record(v.string(), v.unknown())),
  // Its messages must not show the value, as those of valibot do.
  token: v.optional(
    v.custom<TransportToken>(
      (value) =>
        typeof value === "function" || [value].flat().every((one) => typeof one === "string" && one !== ""),
      "must be a string that is not empty, or two of them, or a function that gives them",
    ),
  ),
  tls: v.optional(v.union([callable, v.record(v.string(), v.unknown())])),
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
  const result = v.safeParse(schema, options, { abortEarly: true, ...ownWords });
  if (!result.success) {
    const [issue] = result.issues;
    const path = v.getDotPath(issue) ?? "the options";
    throw invalid(`${path} (${path === "token" ? "not shown" : shown(issue.input)}): ${issue.message}`);
  }
  const ids = Object.keys(options.voters);
  if (joins(options) && ids.length > 0)
    throw invalid(
      `join and voters (${ids.join(", ")}) contradict each other: a node that joins learns the voters`,
    );
  if (!joins(options) && !ids.includes(options.id))
    throw invalid(`id (${options.id}) must be one of voters (${ids.join(", ")}), or join must be true`);
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
  const members = Object.entries(options.voters).map(([name, address]) => ({
    id: name,
    address,
    incarnation: null,
  }));
  return {
    members,
    arrival: arrivalOf(options, members),
    settings: { ...resolution.timing, modes: safeModes },
    metadata: options.metadata ?? null,
    drainTimeoutMs: options.drainTimeoutMs ?? electorDefaults.drainTimeoutMs,
    coolDownMs: options.coolDownMs ?? electorDefaults.coolDownMs,
    warnings: resolution.warnings,
  };
}

/** True for a node that joins a running cluster, and founds none. */
export function joins({ join }: Pick<ElectorOptions, "join">): boolean {
  return join !== undefined && join !== false;
}

function arrivalOf(options: ElectorOptions, founders: readonly Member[]): Arrival {
  const { join, absentFounders = [], voters } = options;
  const absent = absentFounders.find((id) => !Object.hasOwn(voters, id));
  if (absent !== undefined)
    throw invalid(
      `absentFounders (${absent}) must be among voters (${Object.keys(voters).join(", ")}): they are founders that are not there yet`,
    );
  if (!joins(options)) return founding(founders, absentFounders);
  const { members = [], clusterId = null } = typeof join === "object" ? join : {};
  if (members.length === 0 && clusterId === null && !isProven(options))
    throw invalid(
      "join (true) needs a token, or tls with requestCert: without them anybody could tell this node whom to obey; or name the members to believe: join: { members: [...] }, or the cluster: join: { clusterId }",
    );
  return joining(members, clusterId);
}

/** True where members prove that they belong to the cluster, or where a transport of the owner's has to see to that. */
function isProven({ token, tls, transport }: ElectorOptions): boolean {
  const shown = typeof tls === "function" ? tls() : tls;
  return transport !== undefined || token !== undefined || shown?.requestCert === true;
}

function invalid(message: string): RaftbeatError {
  return new RaftbeatError("invalidSettings", message);
}

function shown(value: unknown): string {
  return typeof value === "object" && value !== null ? "an object" : String(value).slice(0, 80);
}
