/** A beat, as it arrives. */
export interface Arrival {
  readonly kind: "beat";
  readonly id: string;
  /** The life of the sender; empty for a sender that has no name for it. */
  readonly boot: string;
  /** Null where the sender does not count. */
  readonly slot: number | null;
  /** The interval of the sender; null for the monitor's. */
  readonly intervalMs: number | null;
  /** The zone that the sender names; empty for none. */
  readonly zone: string;
}
