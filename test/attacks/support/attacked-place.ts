import { mkdir, mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createElector,
  type Elector,
  type ElectorOptions,
  type ElectorStatus,
  fileVoteStore,
  type NodeId,
} from "../../../src/index.js";
import { afterwards, until } from "../../transport/support/nodes.js";

/** Electors with real sockets and folders, which an attacker reaches. */
export interface Place {
  readonly voters: Readonly<Record<NodeId, string>>;
  /** Warnings and errors of all electors, each after the id of its node. */
  readonly logged: string[];
  port(id: NodeId): number;
  /** The folder that keeps the record of a node from one start to the next. */
  folder(id: NodeId): string;
  /** Starts the elector of a node, in its folder. */
  start(id: NodeId, options?: Partial<ElectorOptions>): Promise<Elector>;
  /** Starts the electors of these nodes, or of all founders. */
  startAll(ids?: readonly NodeId[]): Promise<Elector[]>;
}

/** Times short enough for a test, and long enough for a busy machine. */
export const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 400, maxMs: 800 } };

/** Makes a place for the electors of these founders. The name of the cluster is the one that a played node gives. */
export async function placeOf(ids: readonly NodeId[], common: Partial<ElectorOptions> = {}): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), "raftbeat-attacked-"));
  afterwards(() => rm(root, { recursive: true }));
  const voters: Record<NodeId, string> = {};
  for (const id of ids) voters[id] = `ws://127.0.0.1:${await freePort()}`;
  const logged: string[] = [];
  const folder = (id: NodeId): string => join(root, id);
  const start = async (id: NodeId, options: Partial<ElectorOptions> = {}): Promise<Elector> => {
    const log = (_details: object, message: string): void => void logged.push(`${id}: ${message}`);
    await mkdir(folder(id), { recursive: true });
    const elector = await createElector({
      cluster: "test",
      id,
      voters,
      store: fileVoteStore(folder(id)),
      timing,
      logger: { debug() {}, info() {}, warn: log, error: log },
      ...common,
      ...options,
    });
    afterwards(() => elector.stop());
    return elector;
  };
  return {
    voters,
    logged,
    folder,
    start,
    port: (id) => Number(new URL(voters[id] ?? "").port),
    startAll: (some = ids) => Promise.all(some.map((id) => start(id))),
  };
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The elector that leads, once all of these know it as their leader and hold its configuration. */
export async function leaderOf(electors: readonly Elector[]): Promise<Elector> {
  const follows = (leader: Elector, one: Elector): boolean => {
    const { term, configurationId } = one.status();
    const known = leader.status();
    return (
      one.status().leader === leader.id &&
      term === known.term &&
      configurationId.term === known.configurationId.term
    );
  };
  const leads = (): Elector | undefined =>
    electors.find((leader) => leader.isLeader && electors.every((one) => follows(leader, one)));
  await until("a leader that all know", () => leads() !== undefined, 15_000);
  const leader = leads();
  if (leader === undefined) throw new Error("the leader was lost at once");
  return leader;
}

/** Stops these electors, all at once. */
export async function stopElectors(...electors: readonly Elector[]): Promise<void> {
  await Promise.all(electors.map((elector) => elector.stop()));
}

/** What no attack may change. */
export function essence({ term, leader, clusterId, voters, configurationId }: ElectorStatus): object {
  return { term, leader, clusterId, voters, configurationId };
}
