import type { ElectorOptions } from "../elector/api.js";
import { clientVariables } from "./client-settings.js";
import { electorOptions } from "./elector-options.js";
import { type NodePlan, planNode } from "./node-plan.js";
import { invalid, variableOf } from "./setting-sources.js";

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What `raftbeat node` prints or when it ends: a service decides that for itself. */
const ofTheCommand = ["json", "leaseLog", "whileStdin"] as const;

/**
 * The options of an elector by the `RAFTBEAT_*` variables, which mean what they mean to `raftbeat node`: the same checks, secrets read anew
 * when their files change, `RAFTBEAT_DATA` as a `fileVoteStore`, `RAFTBEAT_HEALTH_URL` as the health check. What has no variable is added by
 * the caller. `httpFromEnv` of `raftbeat/observability` reads `RAFTBEAT_HTTP`.
 * @param environment default: `process.env`
 * @param warn told of each variable that means nothing; default: `process.emitWarning`, which writes to stderr
 * @throws RaftbeatError `invalidSettings`, one sentence with the variable, its value and the remedy
 * @example
 * const elector = await createElector({ ...optionsFromEnv(), drainTimeoutMs: 20_000 });
 */
export function optionsFromEnv(
  environment: Environment = process.env,
  warn: (sentence: string) => void = (sentence) => process.emitWarning(sentence, "RaftbeatWarning"),
): ElectorOptions {
  const plan = planFromEnv(environment);
  const vain = ofTheCommand.map(variableOf).filter((name) => environment[name] !== undefined);
  for (const name of vain) warn(`${name} is for raftbeat node, and means nothing to a service`);
  for (const sentence of plan.warnings) warn(sentence);
  return electorOptions(plan);
}

/**
 * The plan of a node that has variables alone.
 * @throws RaftbeatError `invalidSettings`
 */
export function planFromEnv(environment: Environment): NodePlan {
  const file = environment["RAFTBEAT_CONFIG"];
  if (file !== undefined)
    throw invalid(
      `RAFTBEAT_CONFIG ${JSON.stringify(file)} names a settings file, which raftbeat node reads and a service does not: give its settings as variables`,
    );
  return planNode({ flags: {}, environment, file: null }, clientVariables, "variables");
}
