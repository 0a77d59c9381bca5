import {
  createNode,
  type DurableRecord,
  foundingRecord,
  type Message,
  type Node,
  type NodeId,
  type ProtocolModes,
  type Role,
  type Settings,
  type Standing,
  safeModes,
} from "../../protocol/index.js";
import { type Checker, createChecker } from "../../protocol/invariants/invariants.js";
import type { HeldMessage } from "../../runtime/outbox.js";
import { memberNamed } from "../cluster/cluster.js";
import { outsider } from "../run/forgery.js";

/**
 * A whole cluster at one instant, as the explorer sees it: plain data. What one move does not change, the world before and the world
 * after share.
 */
export interface World {
  /** True time, which every clock tells. */
  nowMs: number;
  /** By index: what a crash leaves. */
  readonly disks: DurableRecord[];
  /** By index: the process that runs, or null. */
  readonly processes: (Process | null)[];
  /** By index: what was on the disk before the last start. */
  backups: readonly DurableRecord[];
  /** By index: all starts so far. The last one runs, if a process does. */
  starts: readonly (readonly Start[])[];
  /** Under way, in no order: whatever stays here for ever is lost. */
  readonly inFlight: MessageInFlight[];
  /** What the judge remembers. */
  readonly watch: Checker;
  readonly spent: Spent;
}

/** One start of a process, as peers know it. Its number is its index among the starts of its node. */
export interface Start {
  /** The number of the start from whose record it went on; -1 for none. */
  readonly before: number;
  /** What its process said of its record last; null while it runs, as it says what is so at the moment. */
  readonly lastWords: Standing | null;
}

/** One process, with what `runtime/driver.ts` would hold for it. */
export interface Process {
  readonly node: Node;
  /** Records ordered to disk and not there yet, in order. */
  readonly writes: DurableRecord[];
  /** Sends, each behind so many of the writes. */
  readonly waiting: HeldMessage[];
  /** By the peer's index: the number of the start that this process linked with last; nothing while it has met none. */
  readonly met: readonly number[];
}

/** A message under way. */
export interface MessageInFlight {
  readonly from: number;
  readonly to: number;
  /** The number of the start of its sender. */
  readonly start: number;
  /** The number of the start of its receiver that the sender was linked with as it sent it; -1 for none. */
  readonly linkedWith: number;
  readonly message: Message;
}

/** How often what is bounded has happened. */
export interface Spent {
  crashes: number;
  duplicates: number;
  transfers: number;
  reconfigurations: number;
  forgeries: number;
  copies: number;
}

/** What has happened before a search begins. */
export const nothingSpent: Spent = {
  crashes: 0,
  duplicates: 0,
  transfers: 0,
  reconfigurations: 0,
  forgeries: 0,
  copies: 0,
};

/** More nodes than this have too many names to tell states apart by. */
export const mostNodes = 5;

/** Time passes in steps of this: half a vote hold, half of the shortest election timeout, one heartbeat. */
export const tickMs = 10;

/** Timing in so few ticks that holds, leases and timeouts all matter within a short path of moves. Exact clocks. */
export function exploredSettings(modes: Partial<ProtocolModes>): Settings {
  return {
    heartbeatIntervalMs: tickMs,
    electionTimeout: { minMs: 2 * tickMs, maxMs: 3 * tickMs },
    voteHoldMs: 2 * tickMs,
    quorumTimeoutMs: 3 * tickMs,
    clockDriftRatio: 0,
    modes: { ...safeModes, ...modes },
  };
}

/** The name of the node in this place. */
export function idOf(index: number): NodeId {
  return `n${index + 1}`;
}

/** The place of the node of this name; that of an outsider is behind all others. */
export function nodeIndex(id: NodeId): number {
  return id === outsider ? mostNodes : Number(id.slice(1)) - 1;
}

/** The number of the last start in this place. */
export function latestStart({ starts }: World, index: number): number {
  return (starts[index]?.length ?? 0) - 1;
}

/** The number of the start that a record or a standing names; -1 for none. */
export function startNamed({ startNonce }: { readonly startNonce: string }): number {
  return startNonce === "" ? -1 : Number(startNonce);
}

/** The durable identity of a node; no disk is ever replaced here. */
export function incarnationOf(id: NodeId): string {
  return `${id}.1`;
}

/** A cluster of founders that know each other and have not started yet. */
export function emptyWorld(nodeCount: number, settings: Settings): World {
  const ids = Array.from({ length: nodeCount }, (_, index) => idOf(index));
  const disks = ids.map((id): DurableRecord => {
    const record = foundingRecord(ids.map(memberNamed), incarnationOf(id), settings.voteHoldMs);
    const others = ids.filter((other) => other !== id);
    return { ...record, incarnationsMet: new Map(others.map((other) => [other, incarnationOf(other)])) };
  });
  const processes = disks.map(() => null);
  const starts = disks.map(() => []);
  const watch = createChecker();
  return {
    nowMs: 0,
    disks,
    processes,
    backups: disks.slice(),
    starts,
    inFlight: [],
    watch,
    spent: { ...nothingSpent },
  };
}

/** The node of a process that starts now. */
export function nodeAtStart(world: World, index: number, settings: Settings): Node {
  const record = world.disks[index] as DurableRecord;
  return createNode({ id: idOf(index), settings, record, nowMs: world.nowMs });
}

/** A copy of the world in which the process of this index, if any, may be changed, and everything outside processes. */
export function forkWorld(world: World, index: number | null): World {
  const processes = world.processes.slice();
  if (index !== null) {
    const process = processes[index];
    if (process !== null && process !== undefined) processes[index] = forkProcess(process);
  }
  return {
    nowMs: world.nowMs,
    disks: world.disks.slice(),
    processes,
    backups: world.backups,
    starts: world.starts,
    inFlight: world.inFlight.slice(),
    watch: index === null ? world.watch : forkWatch(world.watch, idOf(index)),
    spent: { ...world.spent },
  };
}

function forkProcess({ node, writes, waiting, met }: Process): Process {
  return { node: forkNode(node), writes: writes.slice(), waiting: waiting.slice(), met };
}

/** A copy of a node that `step` may change while the first stays as it is; records are never changed in place, so both share them. */
export function forkNode(node: Node): Node {
  const { role, amnesiacs, metadataTries } = node;
  return {
    ...node,
    role: forkRole(role),
    amnesiacs: new Set(amnesiacs),
    metadataTries: new Map(metadataTries),
  };
}

function forkRole(role: Role): Role {
  switch (role.name) {
    case "follower":
      return { ...role };
    case "preCandidate":
    case "candidate":
      return { ...role, answers: new Map(role.answers) };
    case "leader": {
      const peers: typeof role.peers = new Map();
      for (const [id, peer] of role.peers) peers.set(id, { ...peer });
      const transfer = role.transfer === null ? null : { ...role.transfer };
      return { ...role, sentAtMs: role.sentAtMs.slice(), peers, transfer };
    }
  }
}

function forkWatch(watch: Checker, id: NodeId): Checker {
  const nodes = new Map(watch.nodes);
  const watched = nodes.get(id);
  if (watched !== undefined) nodes.set(id, { ...watched, votes: new Map(watched.votes) });
  const leases: typeof watch.leases = new Map();
  for (const [holder, lease] of watch.leases) leases.set(holder, { ...lease });
  return {
    nodes,
    leaders: new Map(watch.leaders),
    leases,
    first: watch.first,
    toldTerm: watch.toldTerm,
  };
}
