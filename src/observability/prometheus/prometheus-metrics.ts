import { optionalPackageError } from "../../errors.js";
import type { ObservedElector } from "../observed-elector.js";
import type { Metrics, MetricsOptions } from "./metrics.js";

export type { MetricsOptions };

/**
 * Begins to count for Prometheus; loads `prom-client`, which nothing else loads. Counts the events from now on: call it as soon as there is
 * an elector.
 * @throws RaftbeatError `invalidSettings` where the optional package prom-client is not installed
 */
export async function prometheusMetrics(
  node: ObservedElector,
  options: MetricsOptions = {},
): Promise<Metrics> {
  const { createMetrics } = await import("./create-metrics.js").catch((cause) => {
    throw optionalPackageError("prom-client", "Prometheus metrics need", cause);
  });
  const metrics = createMetrics(node, options);
  node.subscribe(metrics.observe);
  return metrics;
}
