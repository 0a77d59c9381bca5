import type { IncomingMessage, ServerResponse } from "node:http";
import { createAnswers, type ServedNode, type ServeOptions } from "./answers.js";
import { refusalReply, send } from "./reply.js";

/** What a service serves of its node from its own HTTP server. */
export interface HandlerOptions extends ServeOptions {
  /**
   * What the paths begin with, such as `/election` for `/election/readyz`.
   * @defaultValue none
   */
  readonly path?: string | undefined;
}

/** Answers a request and resolves to true; to false, with nothing done, where the path is another's. Never rejects. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * Makes the handler of GET /livez /readyz /leaderz /status, of /metrics if there are metrics, and of POST /transfer and /reconfigure
 * if somebody may ask for changes. The service's own server bounds its clients: their number, their time, their headers.
 * @example
 * const handle = observabilityHandler(node, { metrics: await prometheusMetrics(node) });
 * createServer(async (request, response) => {
 *   if (!(await handle(request, response))) response.end("the service");
 * });
 */
export function observabilityHandler(node: ServedNode, options: HandlerOptions = {}): RequestHandler {
  const { paths, answer } = createAnswers(node, options);
  const prefix = options.path ?? "";
  return async (request, response) => {
    const [whole = "/"] = (request.url ?? "/").split("?");
    if (!whole.startsWith(prefix)) return false;
    const path = whole.slice(prefix.length);
    if (!paths.includes(path)) return false;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const reply = await answer(request, path, gone.signal).catch(refusalReply);
    if (!gone.signal.aborted) send(request, response, reply);
    return true;
  };
}
