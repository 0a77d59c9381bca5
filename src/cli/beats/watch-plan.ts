import type { Detector } from "../../liveness/detection/detector.js";
import { detectors } from "../../liveness/detection/detectors.js";
import { beatsDefaults, beatsVariables, watchSettings } from "../../settings/beats-settings.js";
import { clientVariables } from "../../settings/client-settings.js";
import { nodeVariables } from "../../settings/node-settings.js";
import { invalid, readSettings, type Sources, variableOf } from "../../settings/setting-sources.js";
import type { Listen } from "../../settings/setting-values.js";
import { complain } from "../terminal/terminal.js";
import { type Secrets, secretsOf, tokenWarning } from "./plan-secrets.js";

/** Where beats come, and how silence is judged. */
export interface WatchPlan extends Secrets {
  readonly listen: Listen;
  readonly detector: Detector;
  readonly deadAfterMs: number | undefined;
  readonly expect: readonly string[];
  readonly json: boolean;
  readonly warnings: readonly string[];
}

/**
 * The checked settings of `raftbeat watch`.
 * @throws RaftbeatError `invalidSettings`
 */
export function planWatch(sources: Sources): WatchPlan {
  const warn = (sentence: string): void => complain(`raftbeat: ${sentence}`);
  const others = [...nodeVariables, ...clientVariables, ...beatsVariables];
  const given = readSettings(watchSettings, sources, others, warn);
  if (given.listen === undefined)
    throw invalid(
      `--listen is missing: give where senders connect, such as 7500 (or ${variableOf("listen")})`,
    );
  const secrets = secretsOf(given);
  const open = secrets.token === undefined && secrets.tls === undefined;
  const listen = open && given.listen.host === null ? { ...given.listen, host: "127.0.0.1" } : given.listen;
  const warnings = [tokenWarning(sources, watchSettings), open ? openToAll(listen) : null];
  return {
    listen,
    detector: detectors[given.detector ?? "nfdE"]({
      intervalMs: given.interval ?? beatsDefaults.intervalMs,
      pauseMs: given.pause,
    }),
    deadAfterMs: given.deadAfter,
    expect: given.expect ?? [],
    json: given.json ?? false,
    warnings: warnings.filter((warning) => warning !== null),
    ...secrets,
  };
}

/** A host that only this machine reaches. */
const loopback = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

function openToAll({ host, port }: Listen): string | null {
  if (host !== null && loopback.test(host)) return null;
  return `--listen ${host}:${port} is open to all: every process that reaches it can beat, under any name. Give --token-file to all, or listen at 127.0.0.1`;
}
