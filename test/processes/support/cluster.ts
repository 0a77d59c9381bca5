import { join } from "node:path";
import { freePorts } from "../../../src/cli/demo/free-ports.js";
import type { StatusReply } from "../../../src/observability/http/status-reply.js";
import { type Running, raftbeat, temporaryFolder, until } from "./node.js";

/** Nodes of one cluster as processes, with HTTP. */
export interface ProcessCluster {
  readonly ids: readonly string[];
  /** The founders' addresses. */
  readonly voters: Readonly<Record<string, string>>;
  node(id: string): Running;
  url(id: string): string;
  address(id: string): string;
  /** Starts, or starts again, a founder; with `join`, a node that is to be added. */
  start(id: string, extra?: readonly string[]): Running;
  status(id: string): Promise<StatusReply>;
  /** Waits until these nodes follow one leader; gives it. */
  settled(ids?: readonly string[]): Promise<string>;
}

/** Prepares a cluster with these founders and, for those who may join, ports to spare; starts the founders. */
export async function startCluster(
  founders: readonly string[] = ["a", "b", "c"],
  options: {
    readonly joiners?: readonly string[];
    /** Founders that the test starts by itself. */
    readonly outsiders?: readonly string[];
    readonly extra?: readonly string[];
    readonly environment?: Record<string, string>;
  } = {},
): Promise<ProcessCluster> {
  const ids = [...founders, ...(options.joiners ?? [])];
  const ports = await freePorts(2 * ids.length, Math.random);
  const folder = temporaryFolder();
  const nodes = new Map<string, Running>();
  const portOf = (id: string, offset: number) => ports[2 * ids.indexOf(id) + offset] as number;
  const address = (id: string) => `ws://127.0.0.1:${portOf(id, 0)}`;
  const url = (id: string) => `http://127.0.0.1:${portOf(id, 1)}`;
  const voters = Object.fromEntries(founders.map((id) => [id, address(id)]));
  const pairs = founders.map((id) => `${id}=${address(id)}`).join(",");

  function start(id: string, extra: readonly string[] = options.extra ?? []): Running {
    const part = founders.includes(id)
      ? ["--voters", pairs]
      : ["--join", "--join-members", founders.join(), "--listen", address(id).replace("ws://", "")];
    const settings = ["--cluster", "test", "--id", id, "--data", join(folder, id), "--json", "--while-stdin"];
    const http = ["--http", url(id).replace("http://", ""), "--http-allow-changes"];
    const node = raftbeat(["node", ...settings, ...part, ...http, ...extra], options.environment);
    nodes.set(id, node);
    return node;
  }
  async function status(id: string): Promise<StatusReply> {
    return (await (await fetch(`${url(id)}/status`)).json()) as StatusReply;
  }
  async function settled(some: readonly string[] = founders): Promise<string> {
    let leader = "";
    await until(
      async () => {
        const statuses = await Promise.all(some.map((id) => status(id).catch(() => null)));
        // Until a quorum is known to hold its configuration a leader has no transferee.
        leader = statuses.find((each) => each?.isLeader && each.configurationCommitted)?.id ?? "";
        return leader !== "" && statuses.every((each) => each?.leader === leader);
      },
      `${some.join(", ")} follow one leader`,
    );
    return leader;
  }

  for (const id of founders) if (options.outsiders?.includes(id) !== true) start(id);
  return {
    ids,
    voters,
    start,
    status,
    settled,
    url,
    address,
    node(id) {
      const node = nodes.get(id);
      if (node === undefined) throw new Error(`${id} was never started`);
      return node;
    },
  };
}
