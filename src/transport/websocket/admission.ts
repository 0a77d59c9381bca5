import type { NodeId } from "../../protocol/index.js";
import { type Allowance, createAllowance } from "./token-bucket.js";

/**
 * Who may connect when many want to. Before a connection has said who it is, only the host it comes from is known: the hosts at which
 * peers were reached have an allowance of their own, so that others who connect in crowds do not keep a peer out.
 */
export interface Admission {
  /** A listed peer was dialled at this host, or has proved itself on a connection from there: the two may differ. */
  onPeerAt(peer: NodeId, host: string, way: "dialled" | "accepted"): void;
  /** Whoever is listed from now on; the hosts of others are forgotten. */
  setPeers(peers: Iterable<NodeId>): void;
  /** Says whether one more connection from this host is taken. */
  admits(host: string, nowMs: number): boolean;
}

/** Begins without knowing a host. Each allowance is of so many connections a second. */
export function createAdmission(perSecond: number, nowMs: number): Admission {
  const forAll = createAllowance(perSecond, nowMs);
  /** Two for each peer, so that there are never more than members. */
  const known = new Map<
    string,
    { readonly peer: NodeId; readonly host: string; readonly allowance: Allowance }
  >();
  return {
    onPeerAt(peer, host, way) {
      const found = plain(host);
      const key = `${way} ${peer}`;
      if (known.get(key)?.host === found) return;
      known.set(key, { peer, host: found, allowance: createAllowance(perSecond, nowMs) });
    },
    setPeers(peers) {
      const listed = new Set(peers);
      for (const [key, { peer }] of known) if (!listed.has(peer)) known.delete(key);
    },
    admits(host, atMs) {
      const from = plain(host);
      const own = [...known.values()].find((one) => one.host === from);
      return own?.allowance.take(1, atMs) === true || forAll.take(1, atMs);
    },
  };
}

/** A host as all sockets of a machine name it: without the prefix of IPv4 within IPv6. */
function plain(host: string): string {
  return host.replace(/^::ffff:/i, "");
}
