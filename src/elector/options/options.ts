import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import {
  type Arrival,
  clusterIdRule,
  defaultPreset,
  founding,
  isClusterId,
  isMetadata,
  joining,
  longestDurationMs,
  longestMetadataBytes,
  type Member,
  maxMemberCount,
  type Preset,
  presets,
  quorumSize,
  resolveTiming,
  type Settings,
  safeModes,
} from "../../protocol/index.js";
import { mapById } from "../../schemas/map-by-id.js";
import { timingEntries } from "../../schemas/timing.js";
import type { TransportToken } from "../../transport/security/secrets.js";
import type { ElectorOptions, HealthOptions } from "../api.js";
import type { ResolvedHealth } from "../leadership/health.js";
import { address, callable, checkOptions, id, only, withMethods, yesOrNo } from "./check-options.js";
import { openToAll } from "./open-to-all.js";

/** What an elector goes by where its options say nothing, besides the timing; in milliseconds. */
export const electorDefaults = {
  drainTimeoutMs: 30_000,
  coolDownMs: 5_000,
  healthIntervalMs: 1_000,
  healthTimeoutMs: 1_000,
  reconfigureTimeoutMs: 30_000,
} as const;

/** An elector's options, checked and complete. */
export interface ResolvedOptions {
  readonly members: readonly Member[];
  readonly settings: Settings;
  /** How the node comes to a cluster, if it belongs to none yet. */
  readonly arrival: Arrival;
  readonly metadata: string | null;
  readonly drainTimeoutMs: number;
  readonly coolDownMs: number;
  /** Null where the service is always taken to be well. */
  readonly health: ResolvedHealth | null;
  readonly warnings: readonly string[];
}

const durationMs = durationFrom(0);
const positiveMs = durationFrom(1);
const milliseconds = v.number("must be a number of milliseconds");
const presetName = v.picklist(
  Object.keys(presets) as Preset[],
  `must be one of ${Object.keys(presets).join(", ")}, or an object with heartbeatIntervalMs and electionTimeout`,
);
const timing = only(timingEntries(milliseconds, v.number("must be a number"), only));
const text = v.string("must be text");
const listen = only({ host: v.optional(text), port: v.number("must be a port"), path: v.optional(text) });
const sharedListen = only({ server: withMethods("on"), path: text });

const ids = v.array(id, "must be a list of ids");
const joinOptions = only({
  members: v.optional(ids),
  clusterId: v.optional(
    v.custom<string>((value) => typeof value === "string" && isClusterId(value), `must be ${clusterIdRule}`),
  ),
});

const schema = only({
  cluster: id,
  id,
  voters: mapById(address, "must be a map of ids to addresses"),
  join: v.optional(v.lazy((given) => (isObjectWith(given) ? joinOptions : yesOrNo))),
  absentFounders: v.optional(ids),
  arbiter: v.optional(yesOrNo),
  store: withMethods("open", "write", "close"),
  transport: v.optional(callable),
  listen: v.optional(v.lazy((given) => (isObjectWith(given, "server") ? sharedListen : listen))),
  token: v.optional(
    v.custom<TransportToken>(
      (value) =>
        typeof value === "function" || [value].flat().every((one) => typeof one === "string" && one !== ""),
      "must be a string that is not empty, or two of them, or a function that gives them",
    ),
  ),
  // Node's own options, which Node judges, or a function that gives them.
  tls: v.optional(
    v.custom(
      (value) => typeof value === "function" || isObjectWith(value),
      "must be an object with Node's TLS options, or a function that gives one",
    ),
  ),
  timing: v.optional(v.lazy((given) => (isObjectWith(given) ? timing : presetName))),
  metadata: v.optional(
    v.pipe(text, v.check(isMetadata, `must be at most ${longestMetadataBytes} bytes of UTF-8`)),
  ),
  onRoundTrip: v.optional(callable),
  health: v.optional(
    only({ check: callable, intervalMs: v.optional(positiveMs), timeoutMs: v.optional(positiveMs) }),
  ),
  coolDownMs: v.optional(durationMs),
  drainTimeoutMs: v.optional(durationMs),
  logger: v.optional(withMethods("debug", "info", "warn", "error")),
});

function durationFrom(lowest: number) {
  return v.custom<number>(
    (value) => typeof value === "number" && value >= lowest && value <= longestDurationMs,
    `must be a number of milliseconds from ${lowest} to ${longestDurationMs}`,
  );
}

function isObjectWith(given: unknown, ...keys: readonly string[]): boolean {
  return typeof given === "object" && given !== null && keys.every((key) => key in given);
}

/**
 * Checks and completes options.
 * @throws RaftbeatError `invalidSettings`, naming the setting and its value
 */
export function resolveOptions(options: ElectorOptions): ResolvedOptions {
  checkOptions(schema, options, "the options");
  const ids = Object.keys(options.voters);
  if (joins(options) && ids.length > 0)
    throw invalid(
      `join and voters (${ids.join(", ")}) contradict each other: a node that joins learns the voters`,
    );
  if (!joins(options) && !ids.includes(options.id))
    throw invalid(`id (${options.id}) must be one of voters (${ids.join(", ")}), or join must be true`);
  if (options.arbiter === true && !joins(options) && ids.length === 1)
    throw invalid(
      `arbiter (true) and voters (${ids.join(", ")}) contradict each other: an arbiter never leads, so there must be another voter`,
    );
  if (ids.length > maxMemberCount)
    throw invalid(`voters (${ids.length} of them) must be at most ${maxMemberCount}`);
  const unused = (["listen", "token", "tls", "onRoundTrip"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (options.transport !== undefined && unused.length > 0)
    throw invalid(
      `${unused.join(" and ")} would be ignored, as transport is given: give it to that transport instead`,
    );
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
    health: options.health === undefined ? null : resolveHealth(options.health),
    warnings: [...resolution.warnings, ...openToAll(options)],
  };
}

/** The check is called as a method: an instance of a class may have it. */
function resolveHealth(health: HealthOptions): ResolvedHealth {
  return {
    check: (...given) => health.check(...given),
    intervalMs: health.intervalMs ?? electorDefaults.healthIntervalMs,
    timeoutMs: health.timeoutMs ?? electorDefaults.healthTimeoutMs,
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
  const present = founders.filter(({ id }) => !absentFounders.includes(id));
  if (absentFounders.length > 0 && present.length < quorumSize(founders.length))
    throw invalid(
      `absentFounders (${absentFounders.join(", ")}) leave ${present.length} of ${founders.length} founders, and ${quorumSize(founders.length)} are needed to elect a leader: start more of them first`,
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
