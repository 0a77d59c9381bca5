import type { DisconnectReason, Message, NodeId } from "../protocol/index.js";
import type { Identity, Transport, TransportHandlers } from "../runtime/ports.js";
import type { Cluster } from "../simulation/cluster/cluster.js";
import type { SimulatedProcess } from "../simulation/cluster/simulated-process.js";

/** A link that stands still is found dead and made anew after so long; a refused one is tried again. */
const silenceMs = 600;
const redialMs = 1_000;

/** A transport that has started. */
interface Station {
  readonly id: NodeId;
  readonly process: SimulatedProcess;
  readonly startIndex: number;
  readonly incarnation: string;
  readonly handlers: TransportHandlers;
  /** Whom it keeps links with, and at which address. */
  wanted: ReadonlyMap<NodeId, string>;
}

type Link = readonly [Station, Station];

/**
 * The links between electors, over the messages of a simulated cluster: who knows whose address, who says what of itself, and who refuses
 * whom. A link is made where either end wants it and messages pass in both directions, and kept until nothing passes any more.
 */
export class ServiceNetwork {
  /** Longer messages, in characters of JSON, are swallowed with all that follows on the link, until it is found dead and made anew. */
  longestMessage = Number.POSITIVE_INFINITY;
  private readonly cluster: Cluster;
  private readonly stations = new Map<NodeId, Station>();
  private readonly links = new Map<string, Link>();
  /** Directions that stand still. */
  private readonly stuck = new Set<string>();
  private readonly refusedUntilMs = new Map<string, number>();
  /** The address of a node that has moved: it is reached at no other. A node that is not named here is reached at any. */
  private readonly movedTo = new Map<NodeId, string>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** The transport of one start of a process; silent once that has ended. */
  transportOf(process: SimulatedProcess, { id, incarnation }: Identity): Transport {
    let station: Station | null = null;
    return {
      start: (handlers, callback) => {
        const started = { id, process, startIndex: process.startIndex, incarnation, handlers };
        station = { ...started, wanted: new Map() };
        process.receiver = handlers;
        this.stations.set(id, station);
        this.soon(() => {
          if (station !== null) inProcess(station, () => callback(null));
        });
      },
      setPeers: (peers) => {
        if (station === null) return;
        station.wanted = new Map(peers.map((peer) => [peer.id, peer.address]));
        this.relink();
      },
      send: (to, message) => {
        if (station !== null && isRunning(station)) this.send(station, to, message);
      },
      stop: (callback) => {
        if (station !== null && this.stations.get(id) === station) this.stations.delete(id);
        this.relink();
        this.soon(callback);
      },
    };
  }

  /** What the transport of this node tells it with. @throws RangeError for a node that does not run */
  handlersOf(id: NodeId): TransportHandlers {
    const station = this.stations.get(id);
    if (station === undefined) throw new RangeError(`${id} does not run`);
    return station.handlers;
  }

  /** True while there is a link between two machines. */
  isLinked(a: NodeId, b: NodeId): boolean {
    return this.links.has(keyOf(a, b));
  }

  /** From now on the node is reached at this address alone. */
  move(id: NodeId, address: string): void {
    this.movedTo.set(id, address);
    for (const [key, link] of this.links) if (link.some((end) => end.id === id)) this.breakLink(key, "reset");
    this.relink();
  }

  /** Breaks the links that cannot be, and makes those that can; called whenever that may have changed. */
  relink(): void {
    for (const [id, station] of this.stations) if (!isRunning(station)) this.stations.delete(id);
    for (const [key, link] of this.links) {
      const [one, other] = link;
      // A link that is there is kept, also where neither end lists the other any more.
      if (!isRunning(one) || !isRunning(other)) this.breakLink(key, "reset");
      else if (!this.isCurrent(one) || !this.isCurrent(other)) this.breakLink(key, "closed");
      else if (!this.passes(link, "some")) this.breakLink(key, "silent");
    }
    const stations = [...this.stations.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const [index, one] of stations.entries())
      for (const other of stations.slice(index + 1)) this.connect([one, other]);
  }

  private connect(link: Link): void {
    const [one, other] = link;
    const key = keyOf(one.id, other.id);
    if (this.links.has(key) || !this.passes(link, "all") || !this.isWanted(link)) return;
    if ((this.refusedUntilMs.get(key) ?? 0) > this.cluster.nowMs) return;
    this.links.set(key, link);
    this.soon(() => {
      if (this.links.get(key) === link) this.introduce(key, link);
    });
  }

  /** Both say who they are; a node that the other refuses hears so, and there is no link. */
  private introduce(key: string, [one, other]: Link): void {
    const [said, heard] = [one.handlers.standing?.() ?? null, other.handlers.standing?.() ?? null];
    const refusal = (by: Station, peer: Station, standing: typeof said) =>
      standing === null ? null : (by.handlers.refusesPeer?.(peer.id, peer.incarnation, standing) ?? null);
    const byOne = refusal(one, other, heard);
    const byOther = refusal(other, one, said);
    if (byOne === null && byOther === null) {
      inProcess(one, () => one.handlers.onPeerUp(other.id, other.incarnation, heard, true));
      inProcess(other, () => other.handlers.onPeerUp(one.id, one.incarnation, said, true));
      return;
    }
    this.links.delete(key);
    this.refusedUntilMs.set(key, this.cluster.nowMs + redialMs);
    this.after(redialMs, () => this.relink());
    if (byOne !== null)
      inProcess(other, () => other.handlers.onRefusedBy?.(one.id, one.incarnation, byOne, "proven"));
    if (byOther !== null)
      inProcess(one, () => one.handlers.onRefusedBy?.(other.id, other.incarnation, byOther, "proven"));
  }

  private breakLink(key: string, reason: DisconnectReason): void {
    const link = this.links.get(key);
    if (link === undefined) return;
    const [one, other] = link;
    this.links.delete(key);
    this.soon(() => {
      if (this.isCurrent(one)) inProcess(one, () => one.handlers.onPeerDown(other.id, reason));
      if (this.isCurrent(other)) inProcess(other, () => other.handlers.onPeerDown(one.id, reason));
    });
  }

  private send(from: Station, to: NodeId, message: Message): void {
    const key = keyOf(from.id, to);
    if (!this.links.has(key)) return;
    const direction = `${from.id} ${to}`;
    if (!this.stuck.has(direction) && this.isTooLong(message)) {
      this.stuck.add(direction);
      this.after(silenceMs, () => {
        this.stuck.delete(direction);
        this.breakLink(key, "silent");
        this.relink();
      });
    }
    if (!this.stuck.has(direction)) from.process.send(to, message);
  }

  private isTooLong(message: Message): boolean {
    return (
      this.longestMessage < Number.POSITIVE_INFINITY && JSON.stringify(message).length > this.longestMessage
    );
  }

  private isCurrent(station: Station): boolean {
    return this.stations.get(station.id) === station && isRunning(station);
  }

  private isWanted([one, other]: Link): boolean {
    return this.reaches(one, other.id) || this.reaches(other, one.id);
  }

  private reaches({ wanted }: Station, id: NodeId): boolean {
    const address = wanted.get(id);
    return address !== undefined && (this.movedTo.get(id) ?? address) === address;
  }

  private passes([one, other]: Link, how: "some" | "all"): boolean {
    const there = this.cluster.link(one.process, other.process).passes;
    const back = this.cluster.link(other.process, one.process).passes;
    return how === "all" ? there === "all" && back === "all" : there !== "nothing" || back !== "nothing";
  }

  private soon(run: () => void): void {
    this.after(0, run);
  }

  private after(waitMs: number, run: () => void): void {
    this.cluster.timeline.schedule(this.cluster.nowMs + waitMs, { happen: run }, 0, null);
  }
}

function keyOf(a: NodeId, b: NodeId): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

function isRunning({ process, startIndex }: Station): boolean {
  return process.alive && process.startIndex === startIndex;
}

/** Does this in the process of a station: once it goes on, if it is paused; never, if that start has ended. */
function inProcess(station: Station, run: () => void): void {
  const { process } = station;
  if (!isRunning(station)) return;
  if (process.paused) {
    process.defer("poll", () => inProcess(station, run));
    return;
  }
  run();
  process.onSettled();
}
