import type { Metrics } from "../prometheus/metrics.js";
import { HttpRefusal } from "./guard.js";
import type { Reply } from "./reply.js";
import { shareAnswer } from "./shared-answer.js";

/** Metrics for `GET /metrics`. Where they were meant to be and cannot be, a sentence on what is missing. */
export type ServedMetrics = Pick<Metrics, "text" | "contentType"> | { readonly missing: string };

/** What costs to make is made once for all who ask within this. */
export const sharedMs = 100;

/** What answers `GET /metrics`. */
export function metricsAnswer(metrics: ServedMetrics, nowMs: () => number): () => Promise<Reply> {
  if ("missing" in metrics)
    return async () => {
      throw new HttpRefusal(501, "metricsMissing", metrics.missing);
    };
  const text = shareAnswer(sharedMs, nowMs, metrics.text);
  return async () => ({ status: 200, body: await text(), type: metrics.contentType });
}
