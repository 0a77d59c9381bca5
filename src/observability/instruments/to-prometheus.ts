import { optionalPackageError } from "../../errors.js";
import type { PrometheusRegistry } from "../prometheus/metrics.js";
import type { Instrument } from "./instrument.js";

/** Instruments in a registry for Prometheus. */
export interface PrometheusInstruments {
  /** The registry of prom-client that holds them. */
  readonly registry: PrometheusRegistry;
  /** All of them as of now, in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Takes them out of the registry. */
  stop(): void;
}

/**
 * Has the instruments collected by Prometheus; loads `prom-client`, which nothing else here loads.
 * @param registry of prom-client, to add them to. Without one they get one of their own
 * @throws RaftbeatError `invalidSettings` where the optional package prom-client is not installed
 * @example
 * const metrics = await toPrometheus(monitorInstruments(createMonitor({ intervalMs: 1000 })));
 * console.log(await metrics.text());
 */
export async function toPrometheus(
  instruments: readonly Instrument[],
  registry?: PrometheusRegistry,
): Promise<PrometheusInstruments> {
  const { addToRegistry } = await import("./prometheus-registry.js").catch((cause) => {
    throw optionalPackageError("prom-client", "Prometheus metrics need", cause);
  });
  const added = addToRegistry(instruments, registry);
  return {
    registry: added.registry,
    text: () => added.registry.metrics(),
    contentType: added.registry.contentType,
    stop: added.stop,
  };
}
