import { nanoid } from "nanoid";
import { RaftbeatError } from "../errors.js";
import { createNode, type DurableRecord, emptyRecord, withStart } from "../protocol/index.js";
import { createDriver, type Driver } from "../runtime/driver.js";
import type { Transport } from "../runtime/ports.js";
import { systemClock, systemRandom, systemSchedule } from "../runtime/system-ports.js";
import type { Elector, ElectorOptions } from "./api.js";
import { assembleElector, type ElectorPorts } from "./elector.js";
import { silentLogger, sturdyLogger } from "./observers/logger.js";
import { ignoredSettings, overruledAddress } from "./options/ignored-settings.js";
import { planElector } from "./options/options.js";
import { defaultTransport } from "./raft/default-transport.js";
import { createLinks } from "./raft/links.js";
import { closePorts, openStore, startTransport, writeRecord } from "./raft/ports-in-time.js";

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
  const warn = (sentence: string): void => logger.warn({ cluster, id }, sentence);
  for (const sentence of plan.warnings) warn(sentence);
  const makeTransport = options.transport ?? defaultTransport(options, plan, logger);
  const { clock, schedule, random } = ports;
  const stored = await openStore(store, schedule);
  let transport: Transport | null = null;
  try {
    if (stored !== null) {
      checkOwner(stored, cluster, id);
      for (const sentence of ignoredSettings(stored.configuration, options)) warn(sentence);
    }
    // Durable before anything is said: a second process that starts from the same record says another nonce (rule 29).
    const record = withStart(
      stored ?? emptyRecord(nanoid(), plan.settings.voteHoldMs, { cluster, id }),
      nanoid(10),
    );
    await writeRecord(store, record, schedule);
    const node = createNode({
      id,
      settings: plan.settings,
      record,
      nowMs: clock.nowMs(),
      metadata: plan.metadata,
      arrival: plan.arrival,
      arbiter: options.arbiter === true,
    });
    const { incarnation } = record;
    const started = makeTransport({
      cluster,
      id,
      incarnation,
      electionTimeoutMinMs: plan.settings.electionTimeout.minMs,
    });
    transport = started;
    const links = createLinks(started, options.voters, (member, address) =>
      warn(overruledAddress(member, address)),
    );
    const elector = assembleElector(
      { options, plan, node, links, logger, ports },
      (handlers): Driver =>
        createDriver(node, { clock, random, store, transport: links.transport }, handlers),
    );
    await startTransport(started, elector.hear, schedule);
    elector.begin();
    return elector.elector;
  } catch (error) {
    const left = await closePorts(transport, store, schedule);
    if (left !== null) logger.error({ cluster, id, error: left }, left.message);
    throw error;
  }
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
