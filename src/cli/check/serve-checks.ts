import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import type { BackendStatus, Checks } from "../../liveness/index.js";
import {
  authorize,
  type ChangeRights,
  HttpRefusal,
  readJson,
  refuseBrowsers,
} from "../../observability/http/guard.js";
import { httpLimits, listenHttp, type NodeHttp } from "../../observability/http/listener.js";
import { metricsAnswer, type ServedMetrics } from "../../observability/http/metrics-answer.js";
import type { Answer, Reply } from "../../observability/http/reply.js";
import { checksInstruments } from "../../observability/instruments/checks-instruments.js";
import { toPrometheus } from "../../observability/instruments/to-prometheus.js";
import { isId } from "../../protocol/index.js";
import { systemClock } from "../../runtime/system-ports.js";
import type { Listen } from "../../settings/setting-values.js";

const changeBody = v.strictObject({ id: v.pipe(v.string(), v.check(isId)) });

/**
 * Serves what checks know, for a proxy to ask: the whole, or one backend as 200 or 503. Those who may drain and undrain backends.
 * @throws RaftbeatError `transportFailed` where it cannot listen
 */
export async function serveChecks(listen: Listen, checks: Checks, rights: ChangeRights): Promise<NodeHttp> {
  const answer = answersOf(checks, rights, await metricsOf(checks));
  return listenHttp(listen, httpLimits(), { answer });
}

/** Checks whose metrics cannot be counted serve all else; who asks for them is told why. */
async function metricsOf(checks: Checks): Promise<ServedMetrics> {
  try {
    return await toPrometheus(checksInstruments(checks));
  } catch (error) {
    if (!(error instanceof RaftbeatError)) throw error;
    return { missing: error.message };
  }
}

/** Answers the requests. */
export function answersOf(checks: Checks, rights: ChangeRights, metrics: ServedMetrics): Answer {
  const measured = metricsAnswer(metrics, systemClock().nowMs);
  return async (request, path) => {
    refuseBrowsers(request);
    if (path === "/drain" || path === "/undrain") {
      allow(request, ["POST"]);
      authorize(request, rights);
      return change(checks, path, await readJson(request));
    }
    const reply = path === "/metrics" ? await measured() : read(checks, path);
    if (reply === null)
      throw new HttpRefusal(
        404,
        "notFound",
        "there are /livez /status /usable /backends/NAME /metrics /drain /undrain",
      );
    allow(request, ["GET", "HEAD"]);
    return reply;
  };
}

function read(checks: Checks, path: string): Reply | null {
  if (path === "/livez") return { status: 200, body: "alive\n" };
  if (path === "/status") return { status: 200, body: checks.status() };
  // A proxy that asks for the list needs to see that it is empty.
  if (path === "/usable") {
    const usable = checks.usable();
    return { status: usable.length > 0 ? 200 : 503, body: { usable } };
  }
  const [, id] = /^\/backends\/([^/]+)$/.exec(path) ?? [];
  const backend = checks.status().backends.find((each) => each.id === id);
  if (backend === undefined) return null;
  return backend.usable
    ? { status: 200, body: "usable\n" }
    : { status: 503, body: `not usable: ${whyNot(backend)}\n` };
}

/** Why requests may not go to a backend. */
export function whyNot({ draining, up, ejectedForMs, last }: BackendStatus): string {
  if (draining) return "drains";
  if (!up) return `down${last === null || last.ok ? "" : `, ${last.reason}`}`;
  return ejectedForMs === null ? "not used" : "ejected";
}

function change(checks: Checks, path: "/drain" | "/undrain", body: unknown): Reply {
  const given = v.safeParse(changeBody, body);
  if (!given.success)
    throw new HttpRefusal(400, "badBody", 'the body must be {"id":"NAME"} with the name of a backend');
  const { id } = given.output;
  const known = checks.status().backends.map((backend) => backend.id);
  if (!known.includes(id))
    throw new HttpRefusal(404, "notFound", `there is no backend ${id}: there are ${known.join(" ")}`);
  if (path === "/drain") checks.drain(id);
  else checks.undrain(id);
  return { status: 200, body: checks.status().backends.find((backend) => backend.id === id) ?? {} };
}

function allow(request: IncomingMessage, methods: readonly string[]): void {
  if (!methods.includes(request.method ?? ""))
    throw new HttpRefusal(
      405,
      "method",
      `${request.method} is not for this path: use ${methods.join(" or ")}`,
    );
}
