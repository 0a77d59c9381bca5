// biome-ignore-all lint/suspicious/noTsIgnore: who has no prom-client, and checks the types of packages, has no such module.
import type { NodeEvent } from "../node-event.js";

/**
 * The registry of the optional package prom-client; `any` where that is not installed.
 * @ts-ignore */
export type PrometheusRegistry = import("prom-client").Registry;

/** A node's metrics, for Prometheus. */
export interface Metrics {
  /** Counts an event of the node. */
  observe(event: NodeEvent): void;
  /** All metrics as of now, in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
  /** The registry of prom-client that holds them, for a service that merges it with its own (`Registry.merge`). */
  readonly registry: PrometheusRegistry;
}

/** Which metrics there are besides those of the election. */
export interface MetricsOptions {
  /**
   * Also `process_*` and `nodejs_*`, as prom-client names them. False for a service that has them already.
   * @defaultValue true
   */
  readonly processMetrics?: boolean | undefined;
}
