import { nanoid } from "nanoid";
import { RaftbeatError } from "../errors.js";
import { createNode, type DurableRecord, emptyRecord, type Node, withStart } from "../protocol/index.js";
import { createDriver } from "../runtime/driver.js";
import type { Transport } from "../runtime/ports.js";
import { afterRealMs, systemClock, systemRandom, systemSchedule } from "../runtime/system-ports.js";
import type { Elector, ElectorOptions, ElectorPorts } from "./api.js";
import { withCheckedCalls } from "./checked-calls.js";
import { RunningElector } from "./elector.js";
import { safeLogger } from "./observers/logger.js";
import { stderrLogger } from "./observers/stderr-logger.js";
import { ignoredSettings, overruledAddress } from "./options/ignored-settings.js";
import { type ResolvedOptions, resolveOptions } from "./options/options.js";
import { defaultTransport } from "./ports/default-transport.js";
import { createTimeWatch } from "./ports/frozen-time.js";
import { createLinks } from "./ports/links.js";
import { closePorts, openStore, startTransport, writeRecord } from "./ports/ports-in-time.js";

/**
 * Starts a node: opens its store, writes down that it starts, listens, and takes part in elections. A node with an empty store first founds
 * the cluster with the other founders, or joins one.
 * @throws RaftbeatError `invalidSettings`, `storeLocked`, `storeCorrupt`, `storeFailed`, `wrongRecord`, `recordCopied`, `transportFailed`
 * @example
 * const elector = await createElector({ cluster: "jobs", id: "a", voters, token, store: fileVoteStore("/var/lib/jobs") });
 */
export function createElector(
  options: ElectorOptions,
  ports: ElectorPorts = { clock: systemClock(), schedule: systemSchedule, random: systemRandom },
): Promise<Elector> {
  // Time of the caller's own may stand still when it likes.
  const isSystemTime = ports.schedule === systemSchedule;
  return startElector(options, ports, {
    createDriver,
    newId: nanoid,
    afterRealMs: isSystemTime ? afterRealMs : () => {},
  });
}

/** What an elector is made with, which nobody but a simulation replaces: it watches each driver, and takes no chance of its own. */
export interface Making {
  readonly createDriver: typeof createDriver;
  /** Names a record or a start of it, in so many letters; no two alike. */
  newId(length: number): string;
  /** Calls back after so much real time; never, where time is simulated. */
  afterRealMs(afterMs: number, callback: () => void): void;
}

/** `createElector`, with another way to make its drivers and names. */
export async function startElector(
  options: ElectorOptions,
  ports: ElectorPorts,
  making: Making,
): Promise<Elector> {
  const resolved = resolveOptions(options);
  const { cluster, id, store } = options;
  const { clock, schedule, random } = ports;
  const logger = safeLogger(options.logger ?? stderrLogger(`${options.cluster}/${options.id}`, clock));
  const warn = (sentence: string): void => logger.warn({ cluster, id }, sentence);
  for (const sentence of resolved.warnings) warn(sentence);
  const makeTransport = options.transport ?? defaultTransport(options, resolved, logger);
  const time = createTimeWatch(ports, making.afterRealMs, warn);
  time.look();
  const stored = await openStore(store, schedule).catch((error) => {
    time.end();
    throw error;
  });
  let transport: Transport | null = null;
  try {
    if (stored !== null) {
      checkOwner(stored, cluster, id);
      for (const sentence of ignoredSettings(stored.configuration, options)) warn(sentence);
    }
    const node = await firstNode(stored, options, resolved, ports, making);
    const { incarnation } = node.record;
    const { minMs: electionTimeoutMinMs } = resolved.settings.electionTimeout;
    transport = makeTransport({ cluster, id, incarnation, electionTimeoutMinMs });
    const links = createLinks(transport, options.voters, (member, address) =>
      warn(overruledAddress(member, address)),
    );
    const elector = new RunningElector({ options, resolved, node, links, logger, ports }, (handlers) =>
      making.createDriver(node, { clock, random, store, transport: links.transport }, handlers),
    );
    await startTransport(transport, elector.handlers, schedule);
    void elector.closed.then(time.end);
    elector.begin();
    return withCheckedCalls(elector, time.look);
  } catch (error) {
    time.end();
    const left = await closePorts(transport, store, schedule);
    if (left !== null) logger.error({ cluster, id, error: left }, left.message);
    throw error;
  }
}

/** The node as it starts, from what is stored. Its start is durable before anything is said: a second process that starts from the same record says another nonce (rule 29). */
async function firstNode(
  stored: DurableRecord | null,
  { cluster, id, store, arbiter }: ElectorOptions,
  { settings, metadata, arrival }: ResolvedOptions,
  { clock, schedule }: ElectorPorts,
  { newId }: Making,
): Promise<Node> {
  const before = stored ?? emptyRecord(newId(21), settings.voteHoldMs, { cluster, id });
  const record = withStart(before, newId(10));
  await writeRecord(store, record, schedule);
  const nowMs = clock.nowMs();
  return createNode({ id, settings, record, nowMs, metadata, arrival, arbiter: arbiter === true });
}

/** A record belongs to one node of one cluster, so that a folder mounted at the wrong place gives nobody another's votes. */
function checkOwner({ run }: DurableRecord, cluster: string, id: string): void {
  if (run.isCopy)
    throw new RaftbeatError(
      "recordCopied",
      `a member found the record of ${id} to be a copy that has not gone on: remove ${id} from the cluster, empty its store, and add it again; if this befell a majority, see \`raftbeat recover\``,
    );
  if (run.cluster === cluster && run.id === id) return;
  throw new RaftbeatError(
    "wrongRecord",
    `the store holds the record of node ${run.id} of cluster ${run.cluster}, and this is node ${id} of cluster ${cluster}: give each node a store of its own`,
  );
}
