import { RaftbeatError } from "../errors.js";
import { idRule, isId, type NodeId, type Standing } from "../protocol/index.js";
import type { Clock, Identity, PeerRefusal, Transport, TransportHandlers } from "../runtime/ports.js";
import { systemClock } from "../runtime/system-ports.js";
import { decodeFrame, encodeMessage } from "./wire/codec.js";
import { unknownStanding } from "./wire/handshake.js";

/** A started node of the network. */
interface Station {
  readonly identity: Identity;
  readonly handlers: TransportHandlers;
  wanted: ReadonlySet<NodeId>;
  readonly links: Map<NodeId, LoopbackLink>;
}

interface LoopbackLink {
  state: "opening" | "up" | "closed";
}

/**
 * A network inside this process: the nodes whose transports one call's result makes can reach each other, for tests, examples and
 * services with several groups in one process. Everything goes through the codec, and is handed over after the next poll phase.
 * Errors: `invalidSettings`, from the function returned.
 */
export function loopbackTransport(
  options: { readonly clock?: Pick<Clock, "afterPoll"> } = {},
): (identity: Identity) => Transport {
  const clock = options.clock ?? systemClock();
  const stations = new Map<string, Station>();

  /** Links a node with everybody who wants it or whom it wants. */
  function connect(station: Station): void {
    for (const other of stations.values()) {
      const { id, cluster } = other.identity;
      if (other === station || cluster !== station.identity.cluster || station.links.has(id)) continue;
      if (!station.wanted.has(id) && !other.wanted.has(station.identity.id)) continue;
      const link: LoopbackLink = { state: "opening" };
      station.links.set(id, link);
      other.links.set(station.identity.id, link);
      clock.afterPoll(() => {
        if (link.state !== "opening") return;
        const [told, heard] = [tell(station), tell(other)];
        const refusals = [refusalOf(station, other, heard), refusalOf(other, station, told)];
        if (refusals.some((refusal) => refusal !== null)) {
          link.state = "closed";
          station.links.delete(id);
          other.links.delete(station.identity.id);
          if (refusals[0])
            other.handlers.onRefusedBy?.(
              station.identity.id,
              station.identity.incarnation,
              refusals[0],
              "proven",
            );
          if (refusals[1])
            station.handlers.onRefusedBy?.(id, other.identity.incarnation, refusals[1], "proven");
          return;
        }
        link.state = "up";
        announce(station, other, heard, link);
        announce(other, station, told, link);
      });
    }
  }

  function tell({ handlers }: Station): Standing {
    return handlers.standing?.() ?? unknownStanding;
  }

  function refusalOf({ handlers }: Station, { identity }: Station, said: Standing): PeerRefusal | null {
    return handlers.refusesPeer?.(identity.id, identity.incarnation, said) ?? null;
  }

  /** Whoever runs in this process belongs to it. */
  function announce(to: Station, { identity }: Station, said: Standing, link: LoopbackLink): void {
    if (link.state === "up") to.handlers.onPeerUp(identity.id, identity.incarnation, said, true);
  }

  function disconnect(station: Station): void {
    const { id } = station.identity;
    for (const [peer, link] of station.links) {
      const other = stations.get(keyOf({ ...station.identity, id: peer }));
      const wasUp = link.state === "up";
      link.state = "closed";
      if (other?.links.get(id) !== link) continue;
      other.links.delete(id);
      clock.afterPoll(() => {
        if (wasUp && stations.get(keyOf(other.identity)) === other) other.handlers.onPeerDown(id, "closed");
      });
    }
    station.links.clear();
  }

  return (identity) => {
    const { cluster, id, incarnation } = identity;
    for (const [name, value] of Object.entries({ cluster, id, incarnation }))
      if (!isId(value)) throw new RaftbeatError("invalidSettings", `${name} (${value}) must be ${idRule}`);
    let wanted: ReadonlySet<NodeId> = new Set();
    let station: Station | null = null;
    return {
      start(handlers, callback) {
        if (stations.has(keyOf(identity))) {
          const taken = `node ${id} of cluster ${cluster} is started already: stop it, or give this one another id`;
          clock.afterPoll(() => callback(new RaftbeatError("transportFailed", taken)));
          return;
        }
        station = { identity, handlers, wanted, links: new Map() };
        stations.set(keyOf(identity), station);
        connect(station);
        clock.afterPoll(() => callback(null));
      },
      setPeers(peers) {
        wanted = new Set(peers.map((peer) => peer.id));
        if (station === null) return;
        station.wanted = wanted;
        connect(station);
      },
      send(to, message) {
        const link = station?.links.get(to);
        if (link?.state !== "up") return;
        const key = keyOf({ cluster, id: to });
        const receiver = stations.get(key);
        const text = encodeMessage(message);
        // What was sent before the sender stopped still arrives.
        clock.afterPoll(() => {
          const frame = decodeFrame(text);
          if (!frame.ok || receiver === undefined || stations.get(key) !== receiver) return;
          const { handlers } = receiver;
          if ((handlers.refusesMessage?.(id, frame.message) ?? null) === null)
            handlers.onMessage(id, incarnation, frame.message);
        });
      },
      stop(callback) {
        if (station !== null) {
          stations.delete(keyOf(identity));
          disconnect(station);
          station = null;
        }
        clock.afterPoll(callback);
      },
    };
  };
}

function keyOf({ cluster, id }: Pick<Identity, "cluster" | "id">): string {
  return `${cluster} ${id}`;
}
