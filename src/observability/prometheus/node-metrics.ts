import { Counter, Gauge, type Registry } from "prom-client";
import type { PeerCounters } from "../../transport/websocket/peer-counters.js";
import type { ObservedElector } from "../observed-elector.js";

/** What the metrics are read from when they are asked for. */
export type MetricsSources = Pick<
  ObservedElector,
  "elector" | "remainingMs" | "links" | "measurements" | "refusedCounts" | "certificateNotAfterMs"
>;

const roles = ["follower", "preCandidate", "candidate", "leader", "stopped"] as const;

/** Adds what the status and the links of a node say, read whenever the metrics are asked for. */
export function addNodeMetrics(registry: Registry, sources: MetricsSources): void {
  addStatusMetrics(registry, sources);
  addLinkMetrics(registry, sources);
}

function addStatusMetrics(registry: Registry, sources: MetricsSources): void {
  const { elector, remainingMs, certificateNotAfterMs } = sources;
  /** Left out while there is no value. */
  function gauge(name: string, help: string, read: () => number | null): void {
    new Gauge({
      name: `raftbeat_${name}`,
      help,
      registers: [registry],
      collect() {
        const value = read();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  }
  gauge("is_leader", "1 while this node leads with a valid lease", () => Number(elector.isLeader));
  gauge("has_leader", "1 while this node knows a leader", () => Number(elector.status().leader !== null));
  gauge("term", "The node's term, which only grows", () => elector.status().term);
  gauge("lease_remaining_seconds", "What remains of this node's lease", () => remainingMs() / 1000);
  gauge("voters", "Voters of the node's configuration", () => elector.status().voters.length);
  gauge("observers", "Observers of the node's configuration", () => elector.status().observers.length);
  if (certificateNotAfterMs() !== null)
    gauge(
      "certificate_not_after_timestamp_seconds",
      "When this node's certificate expires",
      () => (certificateNotAfterMs() ?? 0) / 1000,
    );
  gauge("isolated", "1 while a voter has no links to a quorum", () => Number(elector.status().isolated));
  gauge("contending", "0 while the node must not campaign", () => Number(elector.status().contending));
  gauge("arbiter", "1 for a node that votes and never leads", () => Number(elector.status().arbiter));
  gauge(
    "survivable_failures",
    "On a leader: voters that may fail before nobody can be elected",
    () => elector.status().survivableFailures,
  );
  new Gauge({
    name: "raftbeat_role",
    help: "1 for the node's present role",
    registers: [registry],
    labelNames: ["role"],
    collect() {
      const { role } = elector.status();
      for (const each of roles) this.set({ role: each }, Number(each === role));
    },
  });
}

function addLinkMetrics(registry: Registry, { elector, links, refusedCounts }: MetricsSources): void {
  const registers = [registry];
  /** Counts that the transport keeps: set to what they are. */
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
  new Gauge({
    name: "raftbeat_peer_round_trip_seconds",
    help: "The last round trip",
    registers,
    labelNames: ["peer"],
    collect() {
      this.reset();
      for (const { id, roundTripMs } of links())
        if (roundTripMs !== null) this.set({ peer: id }, roundTripMs / 1000);
    },
  });
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
      for (const [reason, count] of Object.entries(refusedCounts())) this.inc({ reason }, count);
    },
  });
}
