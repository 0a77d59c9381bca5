import { type Environment, planFromEnv } from "../../settings/options-from-env.js";
import type { Listen } from "../../settings/setting-values.js";
import { createSecrets } from "../../transport/security/secrets.js";
import type { ChangeRights } from "./guard.js";

/** Where the HTTP endpoints of a node are served, and who may ask for changes. */
export interface HttpFromEnv {
  readonly listen: Listen;
  readonly changes: ChangeRights;
}

/**
 * What `RAFTBEAT_HTTP`, `RAFTBEAT_HTTP_ALLOW_CHANGES` and the token say of the HTTP endpoints; null where `RAFTBEAT_HTTP` is not set.
 * @param environment default: `process.env`
 * @throws RaftbeatError `invalidSettings`, as `optionsFromEnv`
 * @example
 * const http = httpFromEnv();
 * if (http !== null)
 *   await serveObservability(http.listen, node, { metrics: await prometheusMetrics(node), changes: http.changes });
 */
export function httpFromEnv(environment: Environment = process.env): HttpFromEnv | null {
  const { http, tokens, httpAllowChanges } = planFromEnv(environment);
  return http === null ? null : { listen: http, changes: changeRights(tokens, httpAllowChanges) };
}

/** Who may ask a node for changes by its settings. The transport of the node warns of a token file that cannot be used. */
export function changeRights(tokens: (() => readonly string[]) | null, allowsLocal: boolean): ChangeRights {
  const secrets = createSecrets({ token: tokens ?? undefined }, null, () => {});
  return { tokens: secrets.tokens, allowsLocal };
}
