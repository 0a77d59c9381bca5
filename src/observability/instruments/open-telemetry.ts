import type { Attributes, Instrument } from "./instrument.js";

/** Reads an instrument: OpenTelemetry calls it at each collection. */
export type ReadCallback = (result: { observe(value: number, attributes?: Attributes): void }) => void;

/** An instrument of OpenTelemetry that is read by callbacks. */
export interface ObservableInstrument {
  /** As in `@opentelemetry/api`. */
  addCallback(callback: ReadCallback): void;
  /** As in `@opentelemetry/api`. */
  removeCallback(callback: ReadCallback): void;
}

/** How an instrument is described to OpenTelemetry. */
export interface MetricOptions {
  readonly description: string;
  readonly unit: string;
}

/** How a histogram is described to OpenTelemetry. */
export interface HistogramOptions extends MetricOptions {
  readonly advice: { explicitBucketBoundaries: number[] };
}

/** A histogram of OpenTelemetry. */
export interface RecordingInstrument {
  /** As in `@opentelemetry/api`. */
  record(value: number, attributes?: Attributes): void;
}

/** What is needed of a `Meter` of `@opentelemetry/api`: pass that. */
export interface OpenTelemetryMeter {
  /** As in `@opentelemetry/api`. */
  createObservableGauge(name: string, options: MetricOptions): ObservableInstrument;
  /** As in `@opentelemetry/api`. */
  createObservableCounter(name: string, options: MetricOptions): ObservableInstrument;
  /** As in `@opentelemetry/api`. */
  createHistogram(name: string, options: HistogramOptions): RecordingInstrument;
}

/**
 * Has the instruments collected by OpenTelemetry, under their names and units. Returns the end of that.
 * @param attributes are added to each value, to tell two monitors of one process apart
 * @example
 * import { createMonitor } from "raftbeat/liveness";
 * import { monitorInstruments, type OpenTelemetryMeter, toOpenTelemetry } from "raftbeat/observability";
 * // Pass `metrics.getMeter("raftbeat")`, with `metrics` of @opentelemetry/api.
 * function measure(meter: OpenTelemetryMeter): () => void {
 *   return toOpenTelemetry(monitorInstruments(createMonitor({ intervalMs: 1000 })), meter);
 * }
 */
export function toOpenTelemetry(
  instruments: readonly Instrument[],
  meter: OpenTelemetryMeter,
  attributes: Attributes = {},
): () => void {
  const ends = instruments.map((instrument) => attach(instrument, meter, attributes));
  return () => {
    for (const end of ends.splice(0)) end();
  };
}

function attach(instrument: Instrument, meter: OpenTelemetryMeter, added: Attributes): () => void {
  const { name, unit, description } = instrument;
  if (instrument.kind === "histogram") {
    const advice = { explicitBucketBoundaries: [...instrument.bounds] };
    const histogram = meter.createHistogram(name, { unit, description, advice });
    return instrument.observe((value, attributes) => histogram.record(value, { ...attributes, ...added }));
  }
  const create = instrument.kind === "counter" ? "createObservableCounter" : "createObservableGauge";
  const observable = meter[create](name, { unit, description });
  const callback: ReadCallback = (result) => {
    for (const { value, attributes } of instrument.read()) result.observe(value, { ...attributes, ...added });
  };
  observable.addCallback(callback);
  return () => observable.removeCallback(callback);
}
