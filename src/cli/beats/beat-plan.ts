import { beatSettings, beatsDefaults, beatsVariables } from "../../settings/beats-settings.js";
import { clientVariables } from "../../settings/client-settings.js";
import { nodeVariables } from "../../settings/node-settings.js";
import { invalid, readSettings, type Sources, variableOf } from "../../settings/setting-sources.js";
import { complain } from "../terminal/terminal.js";
import { type Secrets, secretsOf, tokenWarning } from "./plan-secrets.js";

/** What beats, where, and how often. */
export interface BeatPlan extends Secrets {
  readonly to: string;
  readonly id: string;
  readonly intervalMs: number;
  readonly zone: string | undefined;
  /** What runs while it beats; empty for nothing. */
  readonly command: readonly string[];
}

/**
 * The checked settings of `raftbeat beat`.
 * @throws RaftbeatError `invalidSettings`
 */
export function planBeat(sources: Sources, command: readonly string[]): BeatPlan {
  const warn = (sentence: string): void => complain(`raftbeat: ${sentence}`);
  const others = [...nodeVariables, ...clientVariables, ...beatsVariables];
  const given = readSettings(beatSettings, sources, others, warn);
  const warning = tokenWarning(sources, beatSettings);
  if (warning !== null) warn(warning);
  const required = (key: "to" | "id", what: string): string => {
    const found = given[key];
    if (found !== undefined) return found;
    throw invalid(`--${key} is missing: give ${what} (or ${variableOf(key)})`);
  };
  return {
    to: required("to", "where the watcher listens, such as ws://127.0.0.1:7500"),
    id: required("id", "the name of what beats"),
    intervalMs: given.interval ?? beatsDefaults.intervalMs,
    zone: given.zone,
    command,
    ...secretsOf(given),
  };
}
