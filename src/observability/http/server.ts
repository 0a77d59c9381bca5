import type { IncomingMessage } from "node:http";
import type { Elector } from "../../elector/api.js";
import { systemClock } from "../../runtime/system-ports.js";
import type { PeerCounters } from "../../transport/websocket/peer-counters.js";
import type { Measured } from "../measurements.js";
import type { Metrics } from "../metrics.js";
import { reconfigure, transfer } from "./changes.js";
import { authorize, type ChangeRights, HttpRefusal, patienceMs, readJson, refuseBrowsers } from "./guard.js";
import {
  type Answer,
  type HttpLimits,
  httpLimits,
  type Listen,
  listenHttp,
  type NodeHttp,
  type Reply,
} from "./listener.js";
import { shareAnswer } from "./shared-answer.js";
import type { StatusReply } from "./status-reply.js";

/** What the HTTP server tells of and acts on. */
export interface HttpSubject {
  readonly elector: Elector;
  /** What remains of the lease, in milliseconds. */
  remainingMs(): number;
  links(): readonly PeerCounters[];
  measured(): Measured;
  readonly metrics: Metrics;
}

/** A change that takes longer is given up. */
const longestChangeMs = 30_000;

/** `/metrics` and the measurements of `/status` are made once for all who ask within this. */
const sharedMs = 100;

/** So many changes are worked on at a time. All else is answered at once, one request for each connection. */
const mostChanges = 4;

/**
 * Serves a node: GET /livez /readyz /leaderz /status /metrics to all who can connect, POST /transfer /reconfigure to those who may
 * (see `authorize`). Bounded in connections, header and body sizes, time, and work for each turn of the event loop, so that no client
 * costs a leader its lease. Errors: `transportFailed`.
 */
export function serveNode(
  listen: Listen,
  rights: ChangeRights,
  subject: HttpSubject,
  limits: HttpLimits = httpLimits(),
): Promise<NodeHttp> {
  return listenHttp(listen, limits, createAnswers(rights, sharing(subject, systemClock().nowMs)));
}

/** Answers requests to read at once, and a few changes at a time. */
function createAnswers(rights: ChangeRights, subject: HttpSubject): Answer {
  let changeCount = 0;
  return async (request, gone) => {
    refuseBrowsers(request);
    const [path = "/"] = (request.url ?? "/").split("?");
    switch (path) {
      case "/livez":
      case "/readyz":
      case "/leaderz":
      case "/status":
      case "/metrics":
        allow(request, ["GET", "HEAD"]);
        return read(path, subject);
      case "/transfer":
      case "/reconfigure":
        allow(request, ["POST"]);
        authorize(request, rights);
        if (changeCount >= mostChanges)
          throw new HttpRefusal(
            503,
            "busy",
            `${mostChanges} changes are under way: ask again once one of them is done`,
          );
        changeCount++;
        try {
          return { status: 200, body: await change(path, subject, request, gone) };
        } finally {
          changeCount--;
        }
      default:
        throw new HttpRefusal(
          404,
          "notFound",
          "there are /livez /readyz /leaderz /status /metrics /transfer /reconfigure",
        );
    }
  };
}

async function change(
  path: "/transfer" | "/reconfigure",
  { elector, links }: HttpSubject,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<object> {
  const timeoutMs = Math.min(longestChangeMs, patienceMs(request) ?? longestChangeMs);
  const body = await readJson(request);
  return path === "/transfer"
    ? transfer(elector, body, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
    : reconfigure({ elector, links, signal, timeoutMs }, body);
}

/** The subject, whose costly answers are made once for all who ask within `sharedMs`. */
function sharing(subject: HttpSubject, nowMs: () => number): HttpSubject {
  const { metrics } = subject;
  return {
    ...subject,
    measured: shareAnswer(sharedMs, nowMs, subject.measured),
    metrics: { ...metrics, text: shareAnswer(sharedMs, nowMs, metrics.text) },
  };
}

async function read(path: string, subject: HttpSubject): Promise<Reply> {
  const { elector, metrics } = subject;
  const status = elector.status();
  switch (path) {
    case "/livez":
      return status.role === "stopped"
        ? { status: 503, body: "stopped\n" }
        : { status: 200, body: "alive\n" };
    case "/readyz": {
      const missing = notReady(subject);
      return missing === null
        ? { status: 200, body: "ready\n" }
        : { status: 503, body: `not ready: ${missing}\n` };
    }
    case "/leaderz": {
      const { isLeader } = elector;
      const { term, leader, leaderMetadata } = elector.status();
      return { status: isLeader ? 200 : 503, body: { isLeader, term, leader, leaderMetadata } };
    }
    case "/status":
      return { status: 200, body: statusReply(subject) };
    default:
      return { status: 200, body: await metrics.text(), type: metrics.contentType };
  }
}

/** Why a node does not take part fully, or null. */
function notReady({ elector }: HttpSubject): string | null {
  const { role, removed, leader, whyNoLeader } = elector.status();
  if (role === "stopped") return "stopped";
  if (removed) return "removed from the cluster";
  if (leader !== null) return null;
  return whyNoLeader === null ? "no leader known" : `no leader known: ${whyNoLeader}`;
}

function statusReply({ elector, remainingMs, links, measured }: HttpSubject): StatusReply {
  return {
    ...elector.status(),
    isLeader: elector.isLeader,
    leaseRemainingMs: remainingMs(),
    links: links(),
    measured: measured(),
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
