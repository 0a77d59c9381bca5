import { collectDefaultMetrics, Registry } from "prom-client";
import type { NodeEvent } from "../node-event.js";
import { countEvents } from "./event-counters.js";
import { addMeasuredMetrics } from "./measured-metrics.js";
import { addNodeMetrics, type MetricsSources } from "./node-metrics.js";

/** A node's metrics, for Prometheus. */
export interface Metrics {
  /** Counts an event of the node. */
  observe(event: NodeEvent): void;
  /** All metrics as of now, in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
  /** The registry of prom-client that holds them, for a service that merges it with its own (`Registry.merge`). */
  readonly registry: Registry;
}

/** Which metrics there are besides those of the election. */
export interface MetricsOptions {
  /**
   * Also `process_*` and `nodejs_*`, as prom-client names them. False for a service that has them already.
   * @defaultValue true
   */
  readonly processMetrics?: boolean | undefined;
}

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
