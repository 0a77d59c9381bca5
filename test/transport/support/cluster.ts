import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createNode,
  type DurableRecord,
  foundingRecord,
  type LossReason,
  type Member,
  type NodeId,
} from "../../../src/protocol/index.js";
import { createDriver, type Driver } from "../../../src/runtime/driver.js";
import type { VoteStore } from "../../../src/runtime/ports.js";
import { systemClock, systemRandom } from "../../../src/runtime/system-ports.js";
import type { WebSocketTransportOptions } from "../../../src/transport/websocket/options.js";
import {
  type WebSocketTransport,
  webSocketTransport,
} from "../../../src/transport/websocket/websocket-transport.js";
import { settings } from "../../simulation/support/simulated-cluster.js";
import { afterwards, identityOf, until } from "./nodes.js";

/** A node that elects over real sockets, in this process. */
export interface Replica {
  readonly id: NodeId;
  readonly driver: Driver;
  readonly transport: WebSocketTransport;
  /** Gains and losses, with the term. */
  readonly told: string[];
}

/** A cluster over real sockets, in this process. */
export interface Cluster {
  readonly replicas: readonly Replica[];
  /** Waits until all others follow one leader. A busy machine may have held up the one that led before. */
  settled(): Promise<Replica>;
}

/** Starts a cluster of drivers on real sockets, clocks and chance, and waits until all others follow one leader. */
export async function startCluster(
  ids: readonly NodeId[],
  options: Partial<WebSocketTransportOptions> = {},
): Promise<Cluster> {
  // Addresses must be known before anybody starts, so the servers listen first.
  const servers = await Promise.all(ids.map(() => listeningServer()));
  const members = ids.map((id, index) => ({
    id,
    address: `ws://127.0.0.1:${portOf(servers[index] as Server)}/election`,
    incarnation: null,
  }));
  const replicas = await Promise.all(
    ids.map((id, index) => startReplica(id, servers[index] as Server, members, options)),
  );
  async function settled(): Promise<Replica> {
    let leader: Replica | undefined;
    await until(
      "all others follow one leader",
      () => {
        leader = replicas.find(({ driver }) => driver.isLeader());
        return replicas.every(
          ({ driver, id }) =>
            id === leader?.id ||
            (driver.node.role.name === "follower" && driver.node.role.leader === leader?.id),
        );
      },
      30_000,
    );
    return leader as unknown as Replica;
  }

  await settled();
  return { replicas, settled };
}

async function startReplica(
  id: NodeId,
  server: Server,
  members: readonly Member[],
  options: Partial<WebSocketTransportOptions>,
): Promise<Replica> {
  const nodeSettings = settings({ heartbeatIntervalMs: 100, electionTimeout: { minMs: 1500, maxMs: 2500 } });
  const identity = identityOf(id);
  const record = foundingRecord(members, identity.incarnation, nodeSettings.voteHoldMs);
  const transport = webSocketTransport({ listen: { server, path: "/election" }, ...options })(identity);
  const clock = systemClock();
  const node = createNode({ id, settings: nodeSettings, record, nowMs: clock.nowMs() });
  const told: string[] = [];
  const driver = createDriver(
    node,
    { clock, random: systemRandom, store: forgetfulStore(record), transport },
    {
      onGained: (term) => told.push(`gained ${term}`),
      onLost: (term, reason: LossReason) => told.push(`lost ${term} ${reason}`),
      onChanged() {},
      onFailed: (error) => told.push(`failed ${error.message}`),
    },
  );
  await new Promise<void>((resolve, reject) =>
    transport.start(
      {
        onMessage: (from, incarnation, message) =>
          driver.tell({ kind: "message", from, incarnation, message }),
        onPeerUp: (from, incarnation) => driver.tell({ kind: "connected", from, incarnation }),
        onPeerDown() {},
      },
      (error) => (error === null ? resolve() : reject(error)),
    ),
  );
  afterwards(() => {
    driver.stop("stopped");
    return new Promise((resolve) => transport.stop(resolve));
  });
  driver.start();
  return { id, driver, transport, told };
}

async function listeningServer(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(() => {
    server.close();
  });
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function forgetfulStore(record: DurableRecord): VoteStore {
  return {
    open: (callback) => setImmediate(callback, null, record),
    write: (_record, callback) => setImmediate(callback, null),
    close: (callback) => setImmediate(callback),
  };
}
