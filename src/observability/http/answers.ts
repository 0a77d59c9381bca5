import type { IncomingMessage } from "node:http";
import { systemClock } from "../../runtime/system-ports.js";
import type { ObservedElector } from "../observed-elector.js";
import { reconfigure, transfer } from "./changes.js";
import {
  authorize,
  type ChangeRights,
  HttpRefusal,
  readJson,
  refuseBrowsers,
  requestTimeoutMs,
} from "./guard.js";
import { metricsAnswer, type ServedMetrics, sharedMs } from "./metrics-answer.js";
import type { Answer, Reply } from "./reply.js";
import { shareAnswer } from "./shared-answer.js";
import type { StatusReply } from "./status-reply.js";

/** The node that is served. */
export type ServedNode = Pick<ObservedElector, "elector" | "remainingMs" | "links"> & {
  readonly measurements: Pick<ObservedElector["measurements"], "read">;
};

/** What is served of a node besides its health and its status. */
export interface ServeOptions {
  /** For `GET /metrics`; without them there is none. Where they were meant to be and cannot be, a sentence on what is missing. */
  readonly metrics?: ServedMetrics | undefined;
  /** Who may ask for `POST /transfer` and `POST /reconfigure`; without it nobody may. */
  readonly changes?: ChangeRights | undefined;
}

/** A change that takes longer is given up. */
const longestChangeMs = 30_000;

/** So many changes are worked on at a time. All else is answered at once, one request for each connection. */
const mostChanges = 4;

/** What answers requests, and the paths it answers. */
export interface Answers {
  readonly paths: readonly string[];
  readonly answer: Answer;
}

/** Answers GET at once and a few changes at a time; what costs much is made once for all who ask at the same moment. */
export function createAnswers(node: ServedNode, options: ServeOptions): Answers {
  const nowMs = systemClock().nowMs;
  const measured = shareAnswer(sharedMs, nowMs, node.measurements.read);
  const read: Readonly<Record<string, () => Reply | Promise<Reply>>> = {
    "/livez": () => livez(node),
    "/readyz": () => readyz(node),
    "/leaderz": () => leaderz(node),
    "/status": () => ({ status: 200, body: statusReply(node, measured()) }),
    ...(options.metrics && { "/metrics": metricsAnswer(options.metrics, nowMs) }),
  };
  const changes = { "/transfer": transferAsAsked, "/reconfigure": reconfigureAsAsked };
  const paths = [...Object.keys(read), ...(options.changes === undefined ? [] : Object.keys(changes))];
  let changeCount = 0;

  async function change(make: Change, rights: ChangeRights, request: IncomingMessage, gone: AbortSignal) {
    authorize(request, rights);
    if (changeCount >= mostChanges)
      throw new HttpRefusal(
        503,
        "busy",
        `${mostChanges} changes are under way: ask again once one of them is done`,
      );
    changeCount++;
    try {
      return { status: 200, body: await make(node, request, gone) };
    } finally {
      changeCount--;
    }
  }

  return {
    paths,
    async answer(request, path, gone) {
      refuseBrowsers(request);
      if (!paths.includes(path)) throw new HttpRefusal(404, "notFound", `there are ${paths.join(" ")}`);
      if (options.changes !== undefined && Object.hasOwn(changes, path)) {
        allow(request, ["POST"]);
        return change(changes[path as keyof typeof changes], options.changes, request, gone);
      }
      allow(request, ["GET", "HEAD"]);
      return (read[path] as () => Reply)();
    },
  };
}

type Change = (node: ServedNode, request: IncomingMessage, gone: AbortSignal) => Promise<object>;

const timeoutMsOf = (request: IncomingMessage): number =>
  Math.min(longestChangeMs, requestTimeoutMs(request) ?? longestChangeMs);

const transferAsAsked: Change = async ({ elector }, request, gone) => {
  const timeoutMs = timeoutMsOf(request);
  const body = await readJson(request);
  return transfer(elector, body, AbortSignal.any([gone, AbortSignal.timeout(timeoutMs)]));
};

const reconfigureAsAsked: Change = async ({ elector, links }, request, signal) =>
  reconfigure({ elector, links, signal, timeoutMs: timeoutMsOf(request) }, await readJson(request));

function livez({ elector }: ServedNode): Reply {
  return elector.status().role === "stopped"
    ? { status: 503, body: "stopped\n" }
    : { status: 200, body: "alive\n" };
}

function readyz(node: ServedNode): Reply {
  const missing = notReady(node);
  return missing === null
    ? { status: 200, body: "ready\n" }
    : { status: 503, body: `not ready: ${missing}\n` };
}

function leaderz({ elector }: ServedNode): Reply {
  const { isLeader } = elector;
  const { term, leader, leaderMetadata } = elector.status();
  return { status: isLeader ? 200 : 503, body: { isLeader, term, leader, leaderMetadata } };
}

/** Why a node does not take part fully, or null. */
function notReady({ elector }: ServedNode): string | null {
  const { role, removed, leader, whyNoLeader } = elector.status();
  if (role === "stopped") return "stopped";
  if (removed) return "removed from the cluster";
  if (leader !== null) return null;
  return whyNoLeader === null ? "no leader known" : `no leader known: ${whyNoLeader}`;
}

function statusReply(
  { elector, remainingMs, links }: ServedNode,
  measured: StatusReply["measured"],
): StatusReply {
  return {
    ...elector.status(),
    isLeader: elector.isLeader,
    leaseRemainingMs: remainingMs(),
    links: links(),
    measured,
  };
}

function allow(request: IncomingMessage, methods: readonly string[]): void {
  if (!methods.includes(request.method ?? ""))
    throw new HttpRefusal(
      405,
      "method",
      `${request.method} is not for this path: use ${methods.join(" or ")}`,
    );
}
