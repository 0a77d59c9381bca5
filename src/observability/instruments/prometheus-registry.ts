import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Instrument, ReadInstrument } from "./instrument.js";

/** Adds the instruments to a registry of prom-client, or to a new one. */
export function addToRegistry(
  instruments: readonly Instrument[],
  registry: Registry = new Registry(),
): { registry: Registry; stop: () => void } {
  const ends = instruments.map((instrument) => {
    const name = prometheusName(instrument);
    const about = { name, help: instrument.description, registers: [registry] };
    if (instrument.kind === "histogram") {
      const histogram = new Histogram({ ...about, buckets: [...instrument.bounds] });
      return instrument.observe((value) => histogram.observe(value));
    }
    addRead(instrument, about);
    return () => {};
  });
  return {
    registry,
    stop() {
      for (const end of ends.splice(0)) end();
      for (const instrument of instruments) registry.removeSingleMetric(prometheusName(instrument));
    },
  };
}

interface About {
  readonly name: string;
  readonly help: string;
  readonly registers: Registry[];
}

function addRead({ kind, attributeNames, read }: ReadInstrument, about: About): void {
  const labelNames = attributeNames.map(labelName);
  const set = (
    metric: Counter | Gauge,
    add: (labels: Record<string, string>, value: number) => void,
  ): void => {
    metric.reset();
    for (const { value, attributes } of read())
      add(Object.fromEntries(Object.entries(attributes).map(([key, text]) => [labelName(key), text])), value);
  };
  if (kind === "gauge")
    new Gauge({
      ...about,
      labelNames,
      collect() {
        set(this, (labels, value) => this.set(labels, value));
      },
    });
  else
    new Counter({
      ...about,
      labelNames,
      collect() {
        set(this, (labels, value) => this.inc(labels, value));
      },
    });
}

/** As OpenTelemetry's exporter for Prometheus names it: `_` for `.`, seconds spelled out, `_total` behind a counter. */
function prometheusName({ name, unit, kind }: Instrument): string {
  const withUnit = `${name.replaceAll(".", "_")}${unit === "s" ? "_seconds" : ""}`;
  return kind === "counter" ? `${withUnit}_total` : withUnit;
}

/** Of `raftbeat.peer.status` the last word: the metric's own name says the rest. */
function labelName(attribute: string): string {
  return attribute.slice(attribute.lastIndexOf(".") + 1);
}
