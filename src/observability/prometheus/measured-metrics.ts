import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Measured, Measurements } from "../measurements.js";

/** From a loopback's round trip to a second that no election timeout should need. */
const secondsBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
];

/** What a node measures of what its settings rest on, in seconds; what it has not seen yet is left out. */
export function addMeasuredMetrics(
  registry: Registry,
  measurements: Pick<Measurements, "observe" | "read">,
): void {
  const registers = [registry];
  const roundTrip = new Histogram({
    name: "raftbeat_heartbeat_round_trip_seconds",
    help: "Round trips of a leader's heartbeats",
    registers,
    labelNames: ["peer"],
    buckets: secondsBuckets,
  });
  const missed = new Counter({
    name: "raftbeat_heartbeats_missed_total",
    help: "A leader's heartbeats that were not answered within its shortest election timeout",
    registers,
    labelNames: ["peer"],
  });
  const write = new Histogram({
    name: "raftbeat_vote_write_duration_seconds",
    help: "Durable writes of terms and votes",
    registers,
    buckets: secondsBuckets,
  });
  measurements.observe({
    onRoundTrip: (peer, ms) => roundTrip.observe({ peer }, ms / 1000),
    onMissed: (peer, count) => missed.inc({ peer }, count),
    onWrite: (ms) => write.observe(ms / 1000),
  });

  function gauge(name: string, help: string, read: (measured: Measured) => number | null): void {
    new Gauge({
      name: `raftbeat_${name}`,
      help,
      registers,
      collect() {
        const value = read(measurements.read());
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  }
  gauge(
    "message_loss_ratio",
    "Share of messages lost one way, from a leader's heartbeats of the last minutes",
    ({ loss }) => loss,
  );
  gauge(
    "event_loop_delay_p99_seconds",
    "How late timers were in the last minutes: 99th percentile",
    (measured) => inSeconds(measured.stallP99Ms),
  );
  gauge("event_loop_delay_max_seconds", "How late timers were in the last minutes: the latest", (measured) =>
    inSeconds(measured.longestStallMs),
  );
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
