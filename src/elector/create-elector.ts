import { nanoid } from "nanoid";
import { createNode, foundingRecord, joiningRecord } from "../protocol/index.js";
import { createDriver, type Driver } from "../runtime/driver.js";
import type { Transport } from "../runtime/ports.js";
import { systemClock, systemRandom, systemSchedule } from "../runtime/system-ports.js";
import { assembleElector, type ElectorPorts } from "./assemble.js";
import { defaultTransport } from "./default-transport.js";
import type { Elector, ElectorOptions } from "./elector.js";
import { ignoredSettings, overruledAddress } from "./ignored-settings.js";
import { createLinks } from "./links.js";
import { silentLogger, sturdyLogger } from "./logger.js";
import { planElector } from "./options.js";
import { closePorts, openStore, startTransport, writeFirst } from "./ports-in-time.js";

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
  const warn = (sentence: string): void => logger.warn({ cluster, id }, sentence);
  for (const sentence of plan.warnings) warn(sentence);
  const makeTransport = options.transport ?? defaultTransport(options, plan, logger);
  const { clock, schedule, random } = ports;
  let record = await openStore(store, schedule);
  let transport: Transport | null = null;
  try {
    if (record === null) {
      const { voteHoldMs } = plan.settings;
      record =
        options.join === true
          ? joiningRecord(nanoid(), voteHoldMs)
          : foundingRecord(plan.members, nanoid(), voteHoldMs);
      await writeFirst(store, record, schedule);
    } else for (const sentence of ignoredSettings(record.configuration, options)) warn(sentence);
    const node = createNode({
      id,
      settings: plan.settings,
      record,
      nowMs: clock.nowMs(),
      metadata: plan.metadata,
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
