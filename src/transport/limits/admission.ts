import type { NodeId } from "../../protocol/index.js";
import { createTokenBucket, type TokenBucket } from "./token-bucket.js";

/**
 * Decides which connections are taken when many come. Before the other side of a connection has said who it is, only its host is known:
 * each host at which a peer was reached has a token bucket of its own, so that a crowd from elsewhere does not keep a peer out.
 */
export interface Admission {
  /** A listed peer was dialled at this host, or has proved itself on a connection from there: the two may differ. */
  onPeerAt(peer: NodeId, host: string, way: "dialled" | "accepted"): void;
  /** Takes the list of peers; the hosts of all others are forgotten. */
  setPeers(peers: Iterable<NodeId>): void;
  /** Says whether one more connection from this host is taken. */
  admits(host: string, nowMs: number): boolean;
}

/** Begins without knowing a host. Each bucket holds `perSecond` connections. */
export function createAdmission(perSecond: number, nowMs: number): Admission {
  const forAll = createTokenBucket(perSecond, nowMs);
  /** Two for each peer, so that there are never more than members. */
  const known = new Map<
    string,
    { readonly peer: NodeId; readonly host: string; readonly own: TokenBucket }
  >();
  return {
    onPeerAt(peer, host, way) {
      const found = plain(host);
      const key = `${way} ${peer}`;
      if (known.get(key)?.host === found) return;
      known.set(key, { peer, host: found, own: createTokenBucket(perSecond, nowMs) });
    },
    setPeers(peers) {
      const listed = new Set(peers);
      for (const [key, { peer }] of known) if (!listed.has(peer)) known.delete(key);
    },
    admits(host, atMs) {
      const from = plain(host);
      const bucket = [...known.values()].find((one) => one.host === from)?.own;
      return bucket?.take(1, atMs) === true || forAll.take(1, atMs);
    },
  };
}

/** A host as all sockets of a machine name it: without the prefix of IPv4 within IPv6. */
function plain(host: string): string {
  return host.replace(/^::ffff:/i, "");
}
