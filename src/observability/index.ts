/**
 * What a running elector tells of itself: its events, what it measures, its metrics for Prometheus, and its health over HTTP. `raftbeat node`
 * is made of these; a service that embeds the library has them from here.
 */

export type { Listen } from "../settings/setting-values.js";
export type { ServedNode, ServeOptions } from "./http/answers.js";
export type { ChangeRights } from "./http/guard.js";
export { type HandlerOptions, observabilityHandler, type RequestHandler } from "./http/handler.js";
export { type HttpFromEnv, httpFromEnv } from "./http/http-from-env.js";
export { type HttpLimits, httpLimits, type NodeHttp } from "./http/listener.js";
export type { ServedMetrics } from "./http/metrics-answer.js";
export { serveObservability } from "./http/server.js";
export type { StatusReply } from "./http/status-reply.js";
export { checksInstruments } from "./instruments/checks-instruments.js";
export type {
  Attributes,
  Instrument,
  ReadInstrument,
  Reading,
  RecordedInstrument,
} from "./instruments/instrument.js";
export { monitorInstruments } from "./instruments/monitor-instruments.js";
export {
  type HistogramOptions,
  type MetricOptions,
  type ObservableInstrument,
  type OpenTelemetryMeter,
  type ReadCallback,
  type RecordingInstrument,
  toOpenTelemetry,
} from "./instruments/open-telemetry.js";
export { type PrometheusInstruments, toPrometheus } from "./instruments/to-prometheus.js";
export type { Measured, MeasuredMs, MeasurementObserver, Measurements } from "./measurements.js";
export {
  type EventLevel,
  jsonLine,
  type Moment,
  type NodeEvent,
  type NodeLine,
  readableLine,
} from "./node-event.js";
export { createObservedElector, type ObservedElector, type ObserveOptions } from "./observed-elector.js";
export type { Metrics, PrometheusRegistry } from "./prometheus/metrics.js";
export { type MetricsOptions, prometheusMetrics } from "./prometheus/prometheus-metrics.js";
export type { SettingsJudge } from "./watch-measurements.js";
