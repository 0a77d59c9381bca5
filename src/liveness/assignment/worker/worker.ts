import type { Beat, Grant } from "../worker-message.js";
import { beatAtMs, takeBeatToSend } from "./beat-making.js";
import { forgetLeases, holds, isFed, onGrant, onWelcome } from "./worker-leases.js";
import type { Holding, Worker } from "./worker-state.js";

/** What the worker's side is told. */
export type WorkerInput =
  | { readonly kind: "grant"; readonly grant: Grant }
  | { readonly kind: "welcome"; readonly term: number }
  /** The body of a shard has returned. */
  | { readonly kind: "ended"; readonly shard: string }
  /** The service gives a shard back, or its body threw. */
  | { readonly kind: "release"; readonly shard: string }
  /** The shards that the service would hold from now on, besides those that every worker may get. */
  | { readonly kind: "want"; readonly shards: readonly string[] }
  /** The service is about to end. */
  | { readonly kind: "leave" }
  | { readonly kind: "timer" }
  | { readonly kind: "attentive"; readonly jumped: boolean };

/** Why a body has to end. */
export type StopReason = "moved" | "leaseExpired" | "suspended" | "released" | "leaving";

/** What the worker's side orders. */
export type WorkerEffect =
  | { readonly kind: "beat"; readonly beat: Beat }
  /** The service is to act for a shard, with this fencing token. */
  | { readonly kind: "begin"; readonly shard: string; readonly token: number }
  /** The body of a shard has to end: it may not act for it any more. */
  | { readonly kind: "stop"; readonly shard: string; readonly token: number; readonly reason: StopReason }
  /** This worker holds nothing any more, and the leader knows (W14). */
  | { readonly kind: "left" };

/**
 * The rules of a worker as a function: changes it, and adds to `effects` what is to be done. No clock, no chance.
 * @param nowMs the clock of this worker; all of the step is judged at this instant, and the beat that it orders counts as sent at it
 */
export function stepWorker(worker: Worker, input: WorkerInput, nowMs: number, effects: WorkerEffect[]): void {
  const jumped = input.kind === "attentive" && input.jumped;
  switch (input.kind) {
    case "grant":
      onGrant(worker, input.grant);
      break;
    case "welcome":
      onWelcome(worker, input.term, nowMs);
      break;
    case "ended":
      onEnded(worker, input.shard);
      break;
    case "release":
      release(worker, worker.holdings.get(input.shard));
      break;
    case "want":
      onWant(worker, input.shards);
      break;
    case "leave":
      worker.leaving = true;
      for (const holding of worker.holdings.values()) release(worker, holding);
      worker.hasNews = true;
      break;
    case "attentive":
      if (jumped) forgetLeases(worker);
      break;
    case "timer":
      break;
  }
  for (const holding of worker.holdings.values()) settle(worker, holding, jumped, nowMs, effects);
  if (worker.leaving && !worker.gone && isFree(worker)) {
    worker.gone = true;
    effects.push({ kind: "left" });
  }
  const beat = takeBeatToSend(worker, nowMs);
  if (beat !== null) effects.push({ kind: "beat", beat });
}

function onEnded(worker: Worker, shard: string): void {
  const holding = worker.holdings.get(shard);
  if (holding === undefined) return;
  // A body that returns by itself gives its shard back.
  if (holding.body === "running") release(worker, holding);
  holding.body = "none";
  worker.hasNews = true;
}

function release(worker: Worker, holding: Holding | undefined): void {
  if (holding === undefined) return;
  holding.released = true;
  worker.hasNews = true;
}

function onWant(worker: Worker, shards: readonly string[]): void {
  const wanted = new Set(shards);
  for (const name of worker.wants) if (!wanted.has(name)) release(worker, worker.holdings.get(name));
  worker.wants = [...wanted].sort();
  worker.hasNews = true;
}

/** Begins and stops the body of a shard as its lease says (W11). */
function settle(
  worker: Worker,
  holding: Holding,
  jumped: boolean,
  nowMs: number,
  effects: WorkerEffect[],
): void {
  const { shard, token, bodyToken } = holding;
  const isOurs = isFed(holding) && !worker.leaving;
  const isLeased = nowMs < holding.untilMs;
  if (holding.body === "running" && !(isOurs && isLeased)) {
    holding.body = "stopping";
    const reason = stopReason(worker, holding, jumped, isLeased);
    effects.push({ kind: "stop", shard, token: bodyToken, reason });
  }
  if (holding.body !== "none") return;
  if (isOurs && isLeased) {
    holding.body = "running";
    holding.bodyToken = token;
    effects.push({ kind: "begin", shard, token });
  } else if (!holding.assigned) worker.holdings.delete(shard);
}

function stopReason(
  { leaving }: Worker,
  { released, assigned }: Holding,
  jumped: boolean,
  isLeased: boolean,
): StopReason {
  if (leaving) return "leaving";
  if (jumped) return "suspended";
  if (released) return "released";
  return assigned && !isLeased ? "leaseExpired" : "moved";
}

/** Whether a worker that leaves has nothing left to say: no body, an empty assignment, and a leader that was told so, if there ever was one. */
function isFree({ holdings, report, grantedSeq, reportSeq, term }: Worker): boolean {
  for (const { body } of holdings.values()) if (body !== "none") return false;
  if (term === 0) return true;
  const saidSo = report?.leaving === true && report.held.length === 0 && report.releases.length === 0;
  return saidSo && holdings.size === 0 && grantedSeq >= reportSeq;
}

/** When the worker has something to do, if nothing arrives. */
export function workerTimerAtMs(worker: Worker): number {
  let atMs = beatAtMs(worker);
  for (const { body, untilMs } of worker.holdings.values())
    if (body === "running" && untilMs < atMs) atMs = untilMs;
  return atMs;
}

/** Whether a worker holds anything that nobody else may have. */
export function holdsAnything({ holdings }: Worker, nowMs: number): boolean {
  for (const holding of holdings.values()) if (holds(holding, nowMs)) return true;
  return false;
}

/** The worker's side as a core for `createEngine`. */
export function workerCore(worker: Worker) {
  return {
    step: (input: WorkerInput, nowMs: number, effects: WorkerEffect[]): void =>
      stepWorker(worker, input, nowMs, effects),
    timerAtMs: (): number => workerTimerAtMs(worker),
  };
}
