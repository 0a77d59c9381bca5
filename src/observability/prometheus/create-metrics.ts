import { collectDefaultMetrics, Registry } from "prom-client";
import { countEvents } from "./event-counters.js";
import { addMeasuredMetrics } from "./measured-metrics.js";
import type { Metrics, MetricsOptions } from "./metrics.js";
import { addNodeMetrics, type MetricsSources } from "./node-metrics.js";

/**
 * `raftbeat_*` for the election, labelled with cluster and node; `process_*` and `nodejs_*` (with the delay of the event loop) as
 * prom-client names them. In a registry of their own: a service that embeds this keeps its own.
 */
export function createMetrics(
  sources: MetricsSources,
  { processMetrics = true }: MetricsOptions = {},
): Metrics {
  const registry = new Registry();
  const { cluster, id } = sources.elector.status();
  registry.setDefaultLabels({ cluster, node: id });
  if (processMetrics) collectDefaultMetrics({ register: registry });
  addNodeMetrics(registry, sources);
  addMeasuredMetrics(registry, sources.measurements);
  return {
    observe: countEvents(registry, id),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    registry,
  };
}
