import { channel } from "node:diagnostics_channel";
import type { LossReason, NodeId } from "../../protocol/index.js";
import type { LeaderInfo } from "../api.js";

/** What is published on `diagnostics_channel`, each under `raftbeat:` and its name here, with `cluster` and `id` added. */
export interface Diagnostics {
  elected: { readonly term: number };
  lost: { readonly term: number; readonly reason: LossReason };
  leader: { readonly leader: LeaderInfo | null };
  peerUp: { readonly peer: NodeId };
  peerDown: { readonly peer: NodeId };
  /** A member came back without its record. */
  amnesiac: { readonly peer: NodeId };
  failed: { readonly error: Error };
}

/** Publishes for one node; costs next to nothing while nobody subscribes. */
export type Publish = <Name extends keyof Diagnostics>(name: Name, details: Diagnostics[Name]) => void;

/** Makes the publisher of one node. */
export function createDiagnostics(cluster: string, id: NodeId): Publish {
  return (name, details) => publish(`raftbeat:${name}`, { cluster, id }, details);
}

/** Publishes `about` and `details` as one object on this channel, if anybody subscribes. */
export function publish(name: string, about: object, details: object): void {
  const found = channel(name);
  if (found.hasSubscribers) found.publish({ ...about, ...details });
}
