import { defaultPreset, presets } from "../protocol/index.js";
import { clusterId, id } from "../schemas/identifiers.js";
import { type Settings, variableOf } from "./setting-sources.js";
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
