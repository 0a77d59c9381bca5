import { nanoid } from "nanoid";
import { asRaftbeatError, RaftbeatError } from "../errors.js";
import { createNode, type DurableRecord, emptyRecord, membersOf, withStart } from "../protocol/index.js";
import { createDriver, type Driver } from "../runtime/driver.js";
import type { Transport, TransportHandlers, VoteStore } from "../runtime/ports.js";
import { systemClock, systemRandom, systemSchedule } from "../runtime/system-ports.js";
import { assembleElector, type ElectorPorts } from "./assemble.js";
import { defaultTransport } from "./default-transport.js";
import type { Elector, ElectorOptions } from "./elector.js";
import { createLinks } from "./links.js";
import { silentLogger, sturdyLogger } from "./logger.js";
import { joins, planElector } from "./options.js";

/**
 * Starts a node: opens its store, writes down that it starts, listens, and takes part in elections. A node with an empty store first founds
 * the cluster with the other founders, or joins one.
 * Errors: `invalidSettings`, `storeLocked`, `storeCorrupt`, `storeFailed`, `wrongRecord`, `recordCopied`, `transportFailed`.
 */
export async function createElector(
  options: ElectorOptions,
  ports: ElectorPorts = { clock: systemClock(), schedule: systemSchedule, random: systemRandom },
): Promise<Elector> {
  const plan = planElector(options);
  const { cluster, id, store } = options;
  const logger = sturdyLogger(options.logger ?? silentLogger);
  for (const warning of plan.warnings) logger.warn({ cluster, id }, warning);
  const makeTransport = options.transport ?? defaultTransport(options, plan, logger);
  const stored = await openStore(store);
  let transport: Transport | null = null;
  try {
    if (stored !== null) {
      checkOwner(stored, cluster, id);
      warnOfOtherVoters(stored, options, (message) => logger.warn({ cluster, id }, message));
    }
    // Durable before anything is said: a second process that starts from the same record says another nonce (rule 29).
    const record = withStart(
      stored ?? emptyRecord(nanoid(), plan.settings.voteHoldMs, { cluster, id }),
      nanoid(10),
    );
    await writeRecord(store, record);
    const node = createNode({
      id,
      settings: plan.settings,
      record,
      nowMs: ports.clock.nowMs(),
      metadata: plan.metadata,
      arrival: plan.arrival,
    });
    const { incarnation } = record;
    const started = makeTransport({
      cluster,
      id,
      incarnation,
      electionTimeoutMinMs: plan.settings.electionTimeout.minMs,
    });
    transport = started;
    const links = createLinks(started, options.voters);
    const { clock, random } = ports;
    const elector = assembleElector(
      { options, plan, node, links, logger, ports },
      (handlers): Driver =>
        createDriver(node, { clock, random, store, transport: links.transport }, handlers),
    );
    await startTransport(started, elector.hear);
    elector.begin();
    return elector.elector;
  } catch (error) {
    const stopping = transport;
    if (stopping !== null) await new Promise<void>((resolve) => stopping.stop(resolve));
    await new Promise<void>((resolve) => store.close(resolve));
    throw error;
  }
}

function openStore(store: VoteStore): Promise<DurableRecord | null> {
  return new Promise((resolve, reject) => {
    store.open((error, record) => {
      if (error === null) resolve(record);
      else reject(asRaftbeatError(error, "storeFailed", "the vote store could not be opened"));
    });
  });
}

function writeRecord(store: VoteStore, record: DurableRecord): Promise<void> {
  return new Promise((resolve, reject) => {
    store.write(record, (error) => {
      if (error === null) resolve();
      else reject(asRaftbeatError(error, "storeFailed", "the record could not be written at the start"));
    });
  });
}

function startTransport(transport: Transport, hear: TransportHandlers): Promise<void> {
  return new Promise((resolve, reject) => {
    transport.start(hear, (error) => {
      if (error === null) resolve();
      else reject(asRaftbeatError(error, "transportFailed", "the transport could not start"));
    });
  });
}

/** A record belongs to one node of one cluster, so that a folder mounted at the wrong place gives nobody another's votes. */
function checkOwner({ run }: DurableRecord, cluster: string, id: string): void {
  if (run.isCopy)
    throw new RaftbeatError(
      "recordCopied",
      `a member found the record of ${id} to be a copy that has not gone on: remove ${id} from the cluster, empty its store, and add it again`,
    );
  if (run.cluster === cluster && run.id === id) return;
  throw new RaftbeatError(
    "wrongRecord",
    `the store holds the record of node ${run.id} of cluster ${run.cluster}, and this is node ${id} of cluster ${cluster}: give each node a store of its own`,
  );
}

/** The record knows the members better than the settings do: they are only where founders began. */
function warnOfOtherVoters(
  record: DurableRecord,
  options: ElectorOptions,
  warn: (message: string) => void,
): void {
  const stored = membersOf(record.configuration).map((member) => member.id);
  const given = Object.keys(options.voters).sort();
  if (joins(options) || stored.length === 0) return;
  if ([...stored].sort().join() !== given.join())
    warn(
      `voters (${given.join(", ")}) differ from the members on record (${stored.join(", ")}), which count: members change by reconfigure alone`,
    );
}
