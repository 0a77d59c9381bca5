import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Elector } from "../elector/api.js";
import type { PeerCounters } from "../transport/websocket/peer-counters.js";
import type { RefusalReason } from "../transport/wire/close-reason.js";
import { addMeasuredMetrics } from "./measured-metrics.js";
import type { Measurements } from "./measurements.js";
import type { NodeEvent } from "./node-event.js";

/** A node's metrics, for Prometheus. */
export interface Metrics {
  /** Counts what the node tells. */
  observe(event: NodeEvent): void;
  /** All metrics as of now. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** What the metrics are read from when they are asked for. */
export interface MetricsSources {
  readonly elector: Elector;
  remainingMs(): number;
  links(): readonly PeerCounters[];
  readonly measurements: Measurements;
  /** How often connections were refused, for each reason. */
  refusedCounts(): Readonly<Partial<Record<RefusalReason, number>>>;
  /** When this node's certificate expires, on the wall clock; null without one. */
  certificateNotAfterMs(): number | null;
}

const roles = ["follower", "preCandidate", "candidate", "leader", "stopped"] as const;

/**
 * `raftbeat_*` for the election, labelled with cluster and node; `process_*` and `nodejs_*` (with the delay of the event loop) as
 * prom-client names them. In a registry of their own: a service that embeds this keeps its own.
 */
export function createMetrics(sources: MetricsSources): Metrics {
  const { elector, remainingMs, links } = sources;
  const registry = new Registry();
  const { cluster, id } = elector.status();
  registry.setDefaultLabels({ cluster, node: id });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `raftbeat_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
  function peerGauge(name: string, help: string, read: (link: PeerCounters) => number | null): void {
    new Gauge({
      name: `raftbeat_peer_${name}`,
      help,
      registers,
      labelNames: ["peer"],
      collect() {
        this.reset();
        for (const link of links()) {
          const value = read(link);
          if (value !== null) this.set({ peer: link.id }, value);
        }
      },
    });
  }
  /** Counts that somebody else keeps: set to what they are. */
  function peerCounter(name: string, help: string, read: (link: PeerCounters) => number): void {
    new Counter({
      name: `raftbeat_peer_${name}_total`,
      help,
      registers,
      labelNames: ["peer"],
      collect() {
        this.reset();
        for (const link of links()) this.inc({ peer: link.id }, read(link));
      },
    });
  }
  function counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `raftbeat_${name}_total`, help, registers, labelNames });
  }

  gauge("is_leader", "1 while this node leads with a valid lease", () => Number(elector.isLeader));
  gauge("has_leader", "1 while this node knows a leader", () => Number(elector.status().leader !== null));
  gauge("term", "The node's term, which only grows", () => elector.status().term);
  gauge("lease_remaining_seconds", "What remains of this node's lease", () => remainingMs() / 1000);
  gauge("voters", "Voters of the node's configuration", () => elector.status().voters.length);
  gauge("observers", "Observers of the node's configuration", () => elector.status().observers.length);
  const { certificateNotAfterMs } = sources;
  if (certificateNotAfterMs() !== null)
    gauge(
      "certificate_not_after_timestamp_seconds",
      "When this node's certificate expires",
      () => (certificateNotAfterMs() ?? 0) / 1000,
    );
  gauge("isolated", "1 while a voter has no links to a quorum", () => Number(elector.status().isolated));
  gauge("contending", "0 while the node must not campaign", () => Number(elector.status().contending));
  gauge("arbiter", "1 for a node that votes and never leads", () => Number(elector.status().arbiter));
  new Gauge({
    name: "raftbeat_survivable_failures",
    help: "On a leader: voters that may fail before nobody can be elected",
    registers,
    collect() {
      const { survivableFailures } = elector.status();
      if (survivableFailures === null) this.remove();
      else this.set(survivableFailures);
    },
  });
  new Gauge({
    name: "raftbeat_role",
    help: "1 for the node's present role",
    registers,
    labelNames: ["role"],
    collect() {
      const { role } = elector.status();
      for (const each of roles) this.set({ role: each }, Number(each === role));
    },
  });
  new Gauge({
    name: "raftbeat_peer_connected",
    help: "1 while there is a link with the peer",
    registers,
    labelNames: ["peer"],
    collect() {
      this.reset();
      for (const peer of elector.status().peers) this.set({ peer: peer.id }, Number(peer.connected));
    },
  });
  peerGauge("round_trip_seconds", "The last round trip", ({ roundTripMs }) =>
    roundTripMs === null ? null : roundTripMs / 1000,
  );
  peerCounter("frames_sent", "Frames sent to the peer", ({ sentCount }) => sentCount);
  peerCounter("frames_received", "Frames received from the peer", ({ receivedCount }) => receivedCount);
  peerCounter(
    "frames_dropped",
    "Frames dropped for want of a link with room",
    ({ droppedCount }) => droppedCount,
  );
  peerCounter("redials", "Times the peer was dialled again", ({ redialCount }) => redialCount);

  new Counter({
    name: "raftbeat_connections_refused_total",
    help: "Connections refused, by this node or by the other side",
    registers,
    labelNames: ["reason"],
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(sources.refusedCounts())) this.inc({ reason }, count);
    },
  });
  addMeasuredMetrics(registry, sources.measurements);

  const campaigns = counter("campaigns", "Times this node was seen asking for votes");
  const won = counter(
    "elections_won",
    "Elections that this node won: a lease that lapses and comes back in the same term is no other one",
  );
  const lost = counter("leaderships_lost", "Times this node ceased to lead", ["reason"]);
  const changes = counter("leader_changes", "Times this node saw another leader than before");
  const stalls = counter("stalls", "Times the process did not run for longer than the vote hold");
  let leader: string | null = null;
  let wonTerm: number | null = null;

  /** A leader unknown for a while and known again is the same. */
  function see(next: string | null): void {
    if (next === null || next === leader) return;
    leader = next;
    changes.inc();
  }

  return {
    observe(event) {
      switch (event.event) {
        case "role":
          if (event.role === "candidate") campaigns.inc();
          return;
        case "elected":
          if (event.term !== wonTerm) won.inc();
          wonTerm = event.term;
          see(id);
          return;
        case "lost":
          lost.inc({ reason: event.reason });
          return;
        case "stalled":
          stalls.inc();
          return;
        case "leader":
          see(event.leader);
          return;
      }
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
