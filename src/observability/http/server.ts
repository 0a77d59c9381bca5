import type { Listen } from "../../settings/setting-values.js";
import { createAnswers, type ServedNode, type ServeOptions } from "./answers.js";
import { type HttpLimits, httpLimits, listenHttp, type NodeHttp } from "./listener.js";

/**
 * Serves a node over HTTP from a server of its own: GET /livez /readyz /leaderz /status, and /metrics if there are metrics, to all who can
 * connect; POST /transfer and /reconfigure to those who may (`changes`). Bounded in connections, header and body sizes, time, and work
 * for each turn of the event loop, so that no client costs a leader its lease.
 * @throws RaftbeatError `transportFailed` where it cannot listen
 */
export function serveObservability(
  listen: Listen,
  node: ServedNode,
  options: ServeOptions = {},
  limits: HttpLimits = httpLimits(),
): Promise<NodeHttp> {
  return listenHttp(listen, limits, createAnswers(node, options));
}
