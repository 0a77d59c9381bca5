import { nanoid } from "nanoid";
import { asRaftbeatError } from "../errors.js";
import {
  createNode,
  type DurableRecord,
  foundingRecord,
  joiningRecord,
  membersOf,
} from "../protocol/index.js";
import { createDriver, type Driver } from "../runtime/driver.js";
import type { Transport, TransportHandlers, VoteStore } from "../runtime/ports.js";
import { systemClock, systemRandom, systemSchedule } from "../runtime/system-ports.js";
import { assembleElector, type ElectorPorts } from "./assemble.js";
import { defaultTransport } from "./default-transport.js";
import type { Elector, ElectorOptions } from "./elector.js";
import { createLinks } from "./links.js";
import { silentLogger, sturdyLogger } from "./logger.js";
import { planElector } from "./options.js";

/**
 * Starts a node: opens its store, writes its first record if it has none, listens, and takes part in elections.
 * Errors: `invalidSettings`, `storeLocked`, `storeCorrupt`, `storeFailed`, `transportFailed`.
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
  let record = await openStore(store);
  let transport: Transport | null = null;
  try {
    if (record === null) {
      const { voteHoldMs } = plan.settings;
      record =
        options.join === true
          ? joiningRecord(nanoid(), voteHoldMs)
          : foundingRecord(plan.members, nanoid(), voteHoldMs);
      await writeRecord(store, record);
    } else warnOfOtherVoters(record, options, (message) => logger.warn({ cluster, id }, message));
    const node = createNode({
      id,
      settings: plan.settings,
      record,
      nowMs: ports.clock.nowMs(),
      metadata: plan.metadata,
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
      else reject(asRaftbeatError(error, "storeFailed", "the first record could not be written"));
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

/** The record knows the members better than the settings do: they are only where founders began. */
function warnOfOtherVoters(
  record: DurableRecord,
  options: ElectorOptions,
  warn: (message: string) => void,
): void {
  const stored = membersOf(record.configuration).map((member) => member.id);
  const given = Object.keys(options.voters).sort();
  if (options.join === true || stored.length === 0) return;
  if ([...stored].sort().join() !== given.join())
    warn(
      `voters (${given.join(", ")}) differ from the members on record (${stored.join(", ")}), which count: members change by reconfigure alone`,
    );
}
