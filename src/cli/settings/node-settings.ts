import type { Listen } from "../../observability/http/listener.js";
import { defaultPreset, presets, resolveTiming, type Timing } from "../../protocol/index.js";
import { clusterId, id } from "../../schemas/identifiers.js";
import { type TlsFiles, tlsOf, tokensOf } from "./secret-files.js";
import {
  flagOf,
  type Given,
  invalid,
  readSettings,
  type Settings,
  type Sources,
  variableOf,
} from "./setting-sources.js";
import * as value from "./setting-values.js";

/** Every setting of `raftbeat node`: the flag, the variable and the key in a file are made of this table. */
export const nodeSettings = {
  cluster: {
    flag: "--cluster <name>",
    schema: id,
    help: "name of the cluster; peers of another are refused",
  },
  id: { flag: "--id <id>", schema: id, help: "name of this node, stable across restarts" },
  voters: {
    flag: "--voters <a=ws://..,b=..>",
    schema: value.members,
    help: "the founders, the same list on each; later, new addresses of members",
  },
  join: {
    flag: "--join",
    schema: value.yesOrNo,
    help: "join a running cluster instead: wait to be added by its leader",
  },
  joinMembers: {
    flag: "--join-members <a,b>",
    schema: value.ids,
    help: "members to believe when joining (needed without token and TLS)",
  },
  joinClusterId: {
    flag: "--join-cluster-id <id>",
    schema: clusterId,
    help: "join this cluster and no other: its id, as `raftbeat status` tells it",
  },
  absentFounders: {
    flag: "--absent-founders <a,b>",
    schema: value.ids,
    help: "founders that the founding does not wait for (default: none)",
  },
  arbiter: {
    flag: "--arbiter",
    schema: value.yesOrNo,
    help: "vote and never lead: a tie-breaker without the service",
  },
  data: { flag: "--data <folder>", schema: value.text, help: "where this node's votes are kept" },
  listen: {
    flag: "--listen <host:port>",
    schema: value.listen,
    help: "where peers connect (default: as in --voters)",
  },
  timing: {
    flag: "--timing <name>",
    schema: value.preset,
    help: `${Object.keys(presets).join(", ")} (default: ${defaultPreset})`,
  },
  heartbeatMs: {
    flag: "--heartbeat-ms <ms>",
    schema: value.milliseconds,
    help: "how often a leader sends heartbeats",
  },
  electionTimeout: {
    flag: "--election-timeout <min-max>",
    schema: value.millisecondsRange,
    help: "ms without a leader before a campaign",
  },
  voteHoldMs: {
    flag: "--vote-hold-ms <ms>",
    schema: value.milliseconds,
    help: "how long a heartbeat holds votes back (default: min)",
  },
  quorumTimeoutMs: {
    flag: "--quorum-timeout-ms <ms>",
    schema: value.milliseconds,
    help: "a leader without a quorum steps down (default: max)",
  },
  clockDriftRatio: {
    flag: "--clock-drift-ratio <ratio>",
    schema: value.numberBetween(0, 0.2, "a number"),
    help: "how wrong a clock's rate may be (default: 0.01)",
  },
  metadata: {
    flag: "--metadata <text>",
    schema: value.metadata,
    help: "told to the others while this node leads, such as a URL",
  },
  token: {
    flag: "--token <secret>",
    schema: value.text,
    secret: true,
    help: "the members' secret; better in a file or the environment",
  },
  tokenFile: {
    flag: "--token-file <file>",
    schema: value.text,
    help: "a file that holds it; read anew when it changes; two lines are two valid tokens",
  },
  tlsCert: {
    flag: "--tls-cert <file>",
    schema: value.text,
    help: "this node's certificate, which names its id (PEM); read anew when it changes",
  },
  tlsKey: { flag: "--tls-key <file>", schema: value.text, help: "the key of the certificate (PEM)" },
  tlsCa: { flag: "--tls-ca <file>", schema: value.text, help: "who signs the members' certificates (PEM)" },
  http: {
    flag: "--http <host:port>",
    schema: value.listen,
    help: "serve /livez /readyz /leaderz /status there, and /metrics with the package prom-client",
  },
  httpAllowChanges: {
    flag: "--http-allow-changes",
    schema: value.yesOrNo,
    help: "without a token: serve /transfer and /reconfigure to this machine, and to all that a proxy on it lets in",
  },
  healthUrl: {
    flag: "--health-url <url>",
    schema: value.httpUrl,
    help: "lead only while a GET of it answers 2xx",
  },
  json: { flag: "--json", schema: value.yesOrNo, help: "print one JSON object a line" },
  leaseLog: {
    flag: "--lease-log",
    schema: value.yesOrNo,
    help: "print each renewal of the lease too, for measurements",
  },
  whileStdin: {
    flag: "--while-stdin",
    schema: value.yesOrNo,
    help: "end when standard input ends: with the parent process",
  },
} as const satisfies Settings;

/** The variables of a node: they mean nothing to other commands, but are no mistake there. */
export const nodeVariables = ["RAFTBEAT_CONFIG", ...Object.keys(nodeSettings).map(variableOf)];

/** Where `raftbeat node` listens, whom it votes with, and everything else it needs; complete and checked. */
export interface NodePlan {
  readonly cluster: string;
  readonly id: string;
  /** Empty for a node that joins. */
  readonly voters: Readonly<Record<string, string>>;
  readonly join: boolean | { readonly members: readonly string[]; readonly clusterId?: string };
  readonly absentFounders: readonly string[];
  /** True for a node that votes and never leads. */
  readonly arbiter: boolean;
  readonly data: string;
  readonly listen: Listen;
  readonly timing: Timing;
  readonly metadata: string | null;
  /** The tokens of the moment, read anew when their file has changed; null without one. @throws RaftbeatError `invalidSettings` */
  readonly tokens: (() => readonly string[]) | null;
  /** The files of mutual TLS, read anew when one has changed; null without them. @throws RaftbeatError `invalidSettings` */
  readonly tls: (() => TlsFiles) | null;
  /** True iff token or certificates are in files that can be read again. */
  readonly hasSecretFiles: boolean;
  readonly http: Listen | null;
  /** Without a token: whether this machine may ask for changes over HTTP. */
  readonly httpAllowChanges: boolean;
  readonly healthUrl: string | null;
  readonly json: boolean;
  readonly leaseLog: boolean;
  readonly whileStdin: boolean;
  /** What works but deserves a word. */
  readonly warnings: readonly string[];
}

/**
 * What `raftbeat node` shall do.
 * @throws RaftbeatError `invalidSettings`, one sentence with the value and the remedy
 */
export function planNode(sources: Sources, otherVariables: readonly string[] = []): NodePlan {
  const unknown: string[] = [];
  const given = readSettings(nodeSettings, sources, otherVariables, (sentence) => unknown.push(sentence));
  const cluster = required(given, "cluster", "the name that all members share");
  const id = required(given, "id", "this node's name");
  const data = required(given, "data", "the folder where its votes are kept");
  const voters = given.voters ?? {};
  checkMembership(id, voters, given.join ?? false);
  const { timing, warnings } = timingOf(given);
  const tls = tlsOf(given);
  checkAddresses(voters, tls !== null);
  return {
    cluster,
    id,
    voters,
    join: joinOf(given),
    absentFounders: given.absentFounders ?? [],
    arbiter: given.arbiter ?? false,
    data,
    listen: given.listen ?? listenAsIn(voters[id]),
    timing,
    metadata: given.metadata ?? null,
    tokens: tokensOf(given),
    tls,
    hasSecretFiles: tls !== null || given.tokenFile !== undefined,
    http: given.http ?? null,
    httpAllowChanges: given.httpAllowChanges ?? false,
    healthUrl: given.healthUrl ?? null,
    json: given.json ?? false,
    leaseLog: given.leaseLog ?? false,
    whileStdin: given.whileStdin ?? false,
    warnings: [...unknown, ...warnings, ...tokenWarnings(sources)],
  };
}

/** A word on secrets that others can see. */
function tokenWarnings(sources: Sources): string[] {
  return sources.flags["token"] === undefined
    ? []
    : ["--token can be read by everybody on this machine (ps): use --token-file or RAFTBEAT_TOKEN"];
}

type Nodes = Given<typeof nodeSettings>;

function required(given: Nodes, key: "cluster" | "id" | "data", what: string): string {
  const found = given[key];
  if (found !== undefined) return found;
  throw invalid(
    `${flagOf(nodeSettings[key])} is missing: give ${what} (or ${variableOf(key)}, or ${key} in the settings file)`,
  );
}

function checkMembership(id: string, voters: Readonly<Record<string, string>>, join: boolean): void {
  const ids = Object.keys(voters);
  if (join && ids.length > 0)
    throw invalid(
      `--join and --voters ${ids.join(", ")} contradict each other: a node that joins learns the voters`,
    );
  if (join) return;
  if (ids.length === 0)
    throw invalid(
      "--voters is missing: give the founders, such as a=ws://10.0.0.1:7400,b=.., or --join a running cluster",
    );
  if (!ids.includes(id))
    throw invalid(
      `--id ${id} is none of the voters ${ids.join(", ")}: add it to --voters, or --join a running cluster`,
    );
}

/** Whom a node that joins believes. */
function joinOf(given: Nodes): NodePlan["join"] {
  const { joinMembers, joinClusterId, token, tokenFile, tlsCert } = given;
  const named = joinMembers !== undefined || joinClusterId !== undefined;
  if (given.join !== true) {
    if (named) throw invalid("--join-members and --join-cluster-id are for a node that joins: add --join");
    return false;
  }
  if (!named) {
    if (token !== undefined || tokenFile !== undefined || tlsCert !== undefined) return true;
    throw invalid(
      "--join needs --token-file or --tls-cert, --tls-key and --tls-ca: without them anybody could tell this node whom to obey; or name the members to believe with --join-members a,b, or the cluster with --join-cluster-id",
    );
  }
  return {
    members: joinMembers ?? [],
    ...(joinClusterId === undefined ? {} : { clusterId: joinClusterId }),
  };
}

function timingOf(given: Nodes): { timing: Timing; warnings: readonly string[] } {
  const base = presets[given.timing ?? defaultPreset];
  const resolution = resolveTiming({
    heartbeatIntervalMs: given.heartbeatMs ?? base.heartbeatIntervalMs,
    electionTimeout: given.electionTimeout ?? base.electionTimeout,
    voteHoldMs: given.voteHoldMs,
    quorumTimeoutMs: given.quorumTimeoutMs,
    clockDriftRatio: given.clockDriftRatio,
  });
  if (!resolution.ok) throw invalid(resolution.problems.join("; "));
  return resolution;
}

function checkAddresses(voters: Readonly<Record<string, string>>, hasTls: boolean): void {
  const wanted = hasTls ? "wss:" : "ws:";
  for (const [id, address] of Object.entries(voters))
    if (new URL(address).protocol !== wanted)
      throw invalid(
        hasTls
          ? `voter ${id} has the address ${address}: with TLS every address must begin with wss://`
          : `voter ${id} has the address ${address}, which needs --tls-cert, --tls-key and --tls-ca`,
      );
}

/** The port of a voter's own address, on that very interface where the address is a number, else on every interface. */
function listenAsIn(address: string | undefined): Listen {
  if (address === undefined)
    throw invalid("--listen is missing: give where the other members reach this node, such as 0.0.0.0:7400");
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  const fixed = host === "localhost" || host.includes(":") || /^[\d.]+$/.test(host);
  return { host: fixed ? host : null, port: port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port) };
}
