/** Labels of one value, in the manner of OpenTelemetry: `raftbeat.peer.status`. */
export type Attributes = Readonly<Record<string, string>>;

/** One value of an instrument, read now. */
export interface Reading {
  readonly value: number;
  readonly attributes: Attributes;
}

/** What every instrument says of itself. */
interface Described {
  /** The name in OpenTelemetry: `raftbeat.monitor.peers`. Prometheus has `_` for `.`, and the unit and `_total` behind. */
  readonly name: string;
  /** The unit in UCUM, as OpenTelemetry writes it: `s`, `{peer}`; empty for a number without one. */
  readonly unit: string;
  readonly description: string;
}

/** Something that can be read at any time: a number that only grows (`counter`), or one that does not (`gauge`). */
export interface ReadInstrument extends Described {
  readonly kind: "counter" | "gauge";
  /** The names of the attributes, the same at each reading. */
  readonly attributeNames: readonly string[];
  /** Each combination of attributes at most once. */
  read(): readonly Reading[];
}

/** Something that is told value by value, and counted in buckets. */
export interface RecordedInstrument extends Described {
  readonly kind: "histogram";
  /** Upper bounds of the buckets, in `unit`, rising. */
  readonly bounds: readonly number[];
  /** Tells each value from now on. Returns the end of that. */
  observe(record: (value: number) => void): () => void;
}

/** A measured number, independent of who collects it. */
export type Instrument = ReadInstrument | RecordedInstrument;

/** One number without attributes. */
export function single(value: number): readonly Reading[] {
  return [{ value, attributes: {} }];
}
