import { silentLogger } from "../../elector/observers/logger.js";
import type { ChecksOptions } from "../../liveness/index.js";
import type { ChangeRights } from "../../observability/http/guard.js";
import { changeRights } from "../../observability/http/http-from-env.js";
import { tokensOf } from "../../settings/secret-files.js";
import { check, flagOf, invalid, readText, type Settings } from "../../settings/setting-sources.js";
import * as value from "../../settings/setting-values.js";
import { namedBackends } from "./backend-names.js";

const dayMs = 86_400_000;

/** What to check, how, and what to print. */
export interface CheckPlan {
  readonly options: ChecksOptions;
  readonly once: boolean;
  readonly json: boolean;
  /** Where to serve what is known, and who may drain; null for nowhere. */
  readonly serve: { readonly listen: value.Listen; readonly rights: ChangeRights } | null;
}

/** The flags of `raftbeat check` that take a value, and `--http-allow-changes`. */
export const checkSettings = {
  rise: {
    flag: "--rise <count>",
    schema: value.wholeBetween(1, 100),
    help: "passes in a row that bring a backend up (default: 2)",
  },
  fall: {
    flag: "--fall <count>",
    schema: value.wholeBetween(1, 100),
    help: "fails in a row that bring a backend down (default: 3)",
  },
  interval: {
    flag: "--interval <duration>",
    schema: value.duration(1, dayMs),
    help: "how often a backend that is up is probed: half of it while that is in question, twice while it is down (default: 2s)",
  },
  timeout: {
    flag: "--timeout <duration>",
    schema: value.duration(1, dayMs),
    help: "how long an answer may take (default: half the interval, at most 1s)",
  },
  panicBelow: {
    flag: "--panic-below <share>",
    schema: value.numberBetween(0, 1, "a share"),
    help: "use all backends where a smaller share is well; 0: never (default: 0.5)",
  },
  slowStart: {
    flag: "--slow-start <duration>",
    schema: value.duration(0, dayMs),
    help: "raise the weight of a backend that has come up from 0.1 to 1 in so long (default: 0s)",
  },
  statuses: {
    flag: "--statuses <list>",
    schema: value.text,
    help: "the statuses of a good answer, such as 200-299,401 (default: 200-299)",
  },
  host: {
    flag: "--host <name>",
    schema: value.text,
    help: "the Host header of HTTP probes (default: that of the URL)",
  },
  ca: {
    flag: "--ca <file>",
    schema: value.text,
    help: "the certificate authority of https backends, as PEM (default: those of Node.js)",
  },
  serve: {
    flag: "--serve <host:port>",
    schema: value.listen,
    help: "serve /status, /usable, /backends/NAME (200 or 503), /metrics and, to those who may, POST /drain and /undrain",
  },
  tokenFile: {
    flag: "--token-file <file>",
    schema: value.text,
    help: "a file that holds the token of those who may drain",
  },
  httpAllowChanges: {
    flag: "--http-allow-changes",
    schema: value.yesOrNo,
    help: "without a token: let this machine drain, and all that a proxy on it lets in",
  },
} as const satisfies Settings;

/** No certificate authority is larger. */
const largestPemBytes = 1024 * 1024;

/**
 * What the command line says.
 * @throws RaftbeatError `invalidSettings`
 */
export function planCheck(targets: readonly string[], flags: Readonly<Record<string, unknown>>): CheckPlan {
  if (targets.length === 0)
    throw invalid(
      "no backend was given: give URLs such as http://127.0.0.1:3000/healthz or db=tcp://127.0.0.1:5432",
    );
  const given = <T>(key: keyof typeof checkSettings): T | undefined =>
    flags[key] === undefined
      ? undefined
      : (check(checkSettings[key], flagOf(checkSettings[key]), flags[key]) as T);
  const ca = given<string>("ca");
  const host = given<string>("host");
  const listen = given<value.Listen>("serve");
  const tokenFile = given<string>("tokenFile");
  const allowsLocal = given<boolean>("httpAllowChanges") ?? false;
  if (listen === undefined && (tokenFile !== undefined || allowsLocal))
    throw invalid(
      `${tokenFile === undefined ? "--http-allow-changes" : "--token-file"} is for --serve: give both`,
    );
  const once = flags["once"] === true;
  if (once && listen !== undefined)
    throw invalid("--once ends at once, and --serve serves on: give one of them");
  return {
    options: {
      backends: namedBackends(targets),
      intervalMs: given("interval"),
      timeoutMs: given("timeout"),
      rise: given("rise"),
      fall: given("fall"),
      panicBelow: given("panicBelow"),
      slowStartMs: given("slowStart"),
      http: {
        statuses: given("statuses"),
        ...(host !== undefined && { headers: { host } }),
        ...(ca !== undefined && { tls: { ca: readText(ca, "the certificate authority", largestPemBytes) } }),
      },
      logger: silentLogger,
    },
    once,
    json: flags["json"] === true,
    serve:
      listen === undefined
        ? null
        : {
            listen,
            rights: changeRights(tokensOf(tokenFile === undefined ? {} : { tokenFile }), allowsLocal),
          },
  };
}
