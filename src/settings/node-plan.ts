import { defaultPreset, presets, resolveTiming, type Timing } from "../protocol/index.js";
import { nodeSettings } from "./node-settings.js";
import { type TlsFiles, tlsOf, tokensOf } from "./secret-files.js";
import { flagOf, type Given, invalid, readSettings, type Sources, variableOf } from "./setting-sources.js";
import type { Listen } from "./setting-values.js";

/** Where a node listens, whom it votes with, and everything else that its settings say; complete and checked. */
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
  /** What works but deserves a word, except of the timing: the elector has a word on that. */
  readonly warnings: readonly string[];
}

/** How an error names a setting: by its flag, which a person types, or by its variable. */
export type Spelling = "flags" | "variables";

/** Names a setting of a node in an error. */
type NameOf = (key: keyof typeof nodeSettings) => string;

const namings: Readonly<Record<Spelling, NameOf>> = {
  flags: (key) => flagOf(nodeSettings[key]),
  variables: variableOf,
};

/**
 * What a node shall do by its settings.
 * @param otherVariables variables that mean something to others, and are no mistake here
 * @throws RaftbeatError `invalidSettings`, one sentence with the value and the remedy
 */
export function planNode(
  sources: Sources,
  otherVariables: readonly string[] = [],
  spelling: Spelling = "flags",
): NodePlan {
  const name = namings[spelling];
  const unknown: string[] = [];
  const given = readSettings(nodeSettings, sources, otherVariables, (sentence) => unknown.push(sentence));
  const required = (key: "cluster" | "id" | "data", what: string): string => {
    const found = given[key];
    if (found !== undefined) return found;
    const others = spelling === "flags" ? ` (or ${variableOf(key)}, or ${key} in the settings file)` : "";
    throw invalid(`${name(key)} is missing: give ${what}${others}`);
  };
  const cluster = required("cluster", "the name that all members share");
  const id = required("id", "this node's name");
  const data = required("data", "the folder where its votes are kept");
  const voters = given.voters ?? {};
  checkMembership(id, voters, given.join ?? false, name);
  const tls = tlsOf(given, { cert: name("tlsCert"), key: name("tlsKey"), ca: name("tlsCa") });
  checkAddresses(voters, tls !== null, name);
  return {
    cluster,
    id,
    voters,
    join: joinOf(given, name),
    absentFounders: given.absentFounders ?? [],
    arbiter: given.arbiter ?? false,
    data,
    listen: given.listen ?? listenAsIn(voters[id], name),
    timing: timingOf(given),
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
    warnings: [...unknown, ...tokenWarnings(sources)],
  };
}

/** A word on secrets that others can see. */
function tokenWarnings(sources: Sources): string[] {
  return sources.flags["token"] === undefined
    ? []
    : ["--token can be read by everybody on this machine (ps): use --token-file or RAFTBEAT_TOKEN"];
}

type Nodes = Given<typeof nodeSettings>;

function checkMembership(
  id: string,
  voters: Readonly<Record<string, string>>,
  join: boolean,
  name: NameOf,
): void {
  const ids = Object.keys(voters);
  if (join && ids.length > 0)
    throw invalid(
      `${name("join")} and ${name("voters")} ${ids.join(", ")} contradict each other: a node that joins learns the voters`,
    );
  if (join) return;
  if (ids.length === 0)
    throw invalid(
      `${name("voters")} is missing: give the founders, such as a=ws://10.0.0.1:7400,b=.., or ${name("join")} to join a running cluster`,
    );
  if (!ids.includes(id))
    throw invalid(
      `${name("id")} ${id} is none of the voters ${ids.join(", ")}: add it to ${name("voters")}, or give ${name("join")} to join a running cluster`,
    );
}

/** Whom a node that joins believes. */
function joinOf(given: Nodes, name: NameOf): NodePlan["join"] {
  const { joinMembers, joinClusterId, token, tokenFile, tlsCert } = given;
  const named = joinMembers !== undefined || joinClusterId !== undefined;
  const [join, members, clusterId] = [name("join"), name("joinMembers"), name("joinClusterId")];
  if (given.join !== true) {
    if (named) throw invalid(`${members} and ${clusterId} are for a node that joins: add ${join}`);
    return false;
  }
  if (!named) {
    if (token !== undefined || tokenFile !== undefined || tlsCert !== undefined) return true;
    throw invalid(
      `${join} needs ${name("tokenFile")} or ${name("tlsCert")}, ${name("tlsKey")} and ${name("tlsCa")}: without them anybody could tell this node whom to obey; or name the members to believe with ${members} a,b, or the cluster with ${clusterId}`,
    );
  }
  return {
    members: joinMembers ?? [],
    ...(joinClusterId === undefined ? {} : { clusterId: joinClusterId }),
  };
}

function timingOf(given: Nodes): Timing {
  const base = presets[given.timing ?? defaultPreset];
  const resolution = resolveTiming({
    heartbeatIntervalMs: given.heartbeatMs ?? base.heartbeatIntervalMs,
    electionTimeout: given.electionTimeout ?? base.electionTimeout,
    voteHoldMs: given.voteHoldMs,
    quorumTimeoutMs: given.quorumTimeoutMs,
    clockDriftRatio: given.clockDriftRatio,
  });
  if (!resolution.ok) throw invalid(resolution.problems.join("; "));
  return resolution.timing;
}

function checkAddresses(voters: Readonly<Record<string, string>>, hasTls: boolean, name: NameOf): void {
  const wanted = hasTls ? "wss:" : "ws:";
  for (const [id, address] of Object.entries(voters))
    if (new URL(address).protocol !== wanted)
      throw invalid(
        hasTls
          ? `voter ${id} has the address ${address}: with TLS every address must begin with wss://`
          : `voter ${id} has the address ${address}, which needs ${name("tlsCert")}, ${name("tlsKey")} and ${name("tlsCa")}`,
      );
}

/** The port of a voter's own address, on that very interface where the address is a number, else on every interface. */
function listenAsIn(address: string | undefined, name: NameOf): Listen {
  if (address === undefined)
    throw invalid(
      `${name("listen")} is missing: give where the other members reach this node, such as 0.0.0.0:7400`,
    );
  const { hostname, port, protocol } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  const fixed = host === "localhost" || host.includes(":") || /^[\d.]+$/.test(host);
  return { host: fixed ? host : null, port: port === "" ? (protocol === "wss:" ? 443 : 80) : Number(port) };
}
