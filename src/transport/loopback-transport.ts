import { RaftbeatError } from "../errors.js";
import { idRule, isId, type Message, type NodeId, type Standing } from "../protocol/index.js";
import type { Clock, Identity, PeerRefusal, Transport, TransportHandlers } from "../runtime/ports.js";
import { systemClock } from "../runtime/system-ports.js";
import { createFrameDecoder, type Decoded, encodeMessage } from "./wire/codec.js";
import { unknownStanding } from "./wire/handshake.js";

/**
 * A network inside this process: the nodes whose transports one call's result makes can reach each other, for tests, examples and
 * services with several groups in one process. Every message goes through the codec, and is handed over after the next poll phase.
 * @throws RaftbeatError `invalidSettings`, from the function returned; `start` of the transport calls back with `transportFailed` where a
 *   node of that id is started already
 * @example
 * const transport = loopbackTransport(); // one network for all nodes of the process
 * const elector = await createElector({ ...options, transport });
 */
export function loopbackTransport(
  options: { readonly clock?: Pick<Clock, "afterPoll"> | undefined } = {},
): (identity: Identity) => Transport {
  const network = new LoopbackNetwork(options.clock ?? systemClock());
  return (identity) => {
    for (const name of ["cluster", "id", "incarnation"] as const)
      if (!isId(identity[name]))
        throw new RaftbeatError("invalidSettings", `${name} (${identity[name]}) must be ${idRule}`);
    let wanted: ReadonlySet<NodeId> = new Set();
    let station: Station | null = null;
    return {
      start(handlers, callback) {
        const { cluster, id } = identity;
        const links = new Map<NodeId, LoopbackLink>();
        const starting = { identity, handlers, wanted, links, decodeFrame: createFrameDecoder() };
        if (network.add(starting)) station = starting;
        const taken = `node ${id} of cluster ${cluster} is started already: stop it, or give this one another id`;
        const error = station === starting ? null : new RaftbeatError("transportFailed", taken);
        network.clock.afterPoll(() => callback(error));
      },
      setPeers(peers) {
        wanted = new Set(peers.map((peer) => peer.id));
        if (station === null) return;
        station.wanted = wanted;
        network.connect(station);
      },
      send(to, message) {
        if (station !== null) network.send(station, to, message);
      },
      stop(callback) {
        if (station !== null) network.remove(station);
        station = null;
        network.clock.afterPoll(callback);
      },
    };
  };
}

/** A started node of the network. */
interface Station {
  readonly identity: Identity;
  readonly handlers: TransportHandlers;
  readonly decodeFrame: (text: string) => Decoded;
  wanted: ReadonlySet<NodeId>;
  readonly links: Map<NodeId, LoopbackLink>;
}

interface LoopbackLink {
  state: "opening" | "up" | "closed";
}

/** The started nodes, and the links between them. */
class LoopbackNetwork {
  readonly clock: Pick<Clock, "afterPoll">;
  private readonly stations = new Map<string, Station>();

  constructor(clock: Pick<Clock, "afterPoll">) {
    this.clock = clock;
  }

  /** Starts a node; false where one of that name is started already. */
  add(station: Station): boolean {
    const key = keyOf(station.identity);
    if (this.stations.has(key)) return false;
    this.stations.set(key, station);
    this.connect(station);
    return true;
  }

  /** Links a node with every node that wants it or that it wants. */
  connect(station: Station): void {
    for (const other of this.stations.values()) {
      const { id, cluster } = other.identity;
      if (other === station || cluster !== station.identity.cluster || station.links.has(id)) continue;
      if (!station.wanted.has(id) && !other.wanted.has(station.identity.id)) continue;
      const link: LoopbackLink = { state: "opening" };
      station.links.set(id, link);
      other.links.set(station.identity.id, link);
      this.clock.afterPoll(() => {
        if (link.state === "opening") meet(station, other, link);
      });
    }
  }

  send({ links, identity }: Station, to: NodeId, message: Message): void {
    const { cluster, id, incarnation } = identity;
    if (links.get(to)?.state !== "up") return;
    const receiver = this.stations.get(keyOf({ cluster, id: to }));
    const text = encodeMessage(message);
    // What was sent before the sender stopped still arrives.
    this.clock.afterPoll(() => {
      if (receiver === undefined || !this.isStarted(receiver)) return;
      const { handlers, decodeFrame } = receiver;
      const frame = decodeFrame(text);
      if (!frame.ok || (handlers.refusesMessage?.(id, frame.message) ?? null) !== null) return;
      handlers.onMessage(id, incarnation, frame.message);
    });
  }

  /** Stops a node. */
  remove(station: Station): void {
    const { id } = station.identity;
    this.stations.delete(keyOf(station.identity));
    for (const [peer, link] of station.links) {
      const other = this.stations.get(keyOf({ ...station.identity, id: peer }));
      const wasUp = link.state === "up";
      link.state = "closed";
      if (other?.links.get(id) !== link) continue;
      other.links.delete(id);
      this.clock.afterPoll(() => {
        if (wasUp && this.isStarted(other)) other.handlers.onPeerDown(id, "closed");
      });
    }
    station.links.clear();
  }

  private isStarted(station: Station): boolean {
    return this.stations.get(keyOf(station.identity)) === station;
  }
}

/** Each of two nodes says what it knows of its record; then the link is up, or refused. */
function meet(one: Station, other: Station, link: LoopbackLink): void {
  const [ofOne, ofOther] = [standingOf(one), standingOf(other)];
  const byOne = refusalOf(one, other, ofOther);
  const byOther = refusalOf(other, one, ofOne);
  if (byOne === null && byOther === null) {
    link.state = "up";
    tellUp(one, other, ofOther, link);
    tellUp(other, one, ofOne, link);
    return;
  }
  link.state = "closed";
  one.links.delete(other.identity.id);
  other.links.delete(one.identity.id);
  if (byOne !== null) tellRefused(other, one, byOne);
  if (byOther !== null) tellRefused(one, other, byOther);
}

function standingOf({ handlers }: Station): Standing {
  return handlers.standing?.() ?? unknownStanding;
}

function refusalOf({ handlers }: Station, { identity }: Station, standing: Standing): PeerRefusal | null {
  return handlers.refusesPeer?.(identity.id, identity.incarnation, standing) ?? null;
}

function tellRefused({ handlers }: Station, { identity }: Station, refusal: PeerRefusal): void {
  handlers.onRefusedBy?.(identity.id, identity.incarnation, refusal, "proven");
}

/** A node that runs in this process belongs to it, and so is authenticated. */
function tellUp({ handlers }: Station, { identity }: Station, standing: Standing, link: LoopbackLink): void {
  if (link.state === "up") handlers.onPeerUp(identity.id, identity.incarnation, standing, true);
}

function keyOf({ cluster, id }: Pick<Identity, "cluster" | "id">): string {
  return `${cluster} ${id}`;
}
