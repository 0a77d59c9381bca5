import type { Elector, ElectorOptions, ElectorPorts, Leadership } from "../elector/api.js";
import { createElector } from "../elector/create-elector.js";
import { type Logger, safeLogger } from "../elector/observers/logger.js";
import { stderrLogger } from "../elector/observers/stderr-logger.js";
import { type ResolvedOptions, resolveOptions } from "../elector/options/options.js";
import { defaultTransport } from "../elector/ports/default-transport.js";
import type { ElectorStatus } from "../elector/status.js";
import type { Transport } from "../runtime/ports.js";
import { machineMs, systemClock, systemRandom, systemSchedule } from "../runtime/system-ports.js";
import type { PeerCounters } from "../transport/websocket/peer-counters.js";
import type { WebSocketTransport } from "../transport/websocket/websocket-transport.js";
import type { RefusalReason } from "../transport/wire/close-reason.js";
import { watchLease } from "./lease-watch.js";
import { createMeasurements, type Measurements } from "./measurements.js";
import type { NodeEvent } from "./node-event.js";
import { changesOf } from "./status-changes.js";
import { type SettingsJudge, watchMeasurements } from "./watch-measurements.js";

/** What is observed of an elector besides what it measures. */
export interface ObserveOptions {
  /** Called with each event, in the order in which they happen. An error that it throws is logged. */
  readonly onEvent?: ((event: NodeEvent) => void) | undefined;
  /**
   * Also an event for each renewal of the lease, for measurements.
   * @defaultValue false
   */
  readonly leaseLog?: boolean | undefined;
  /** Judges the settings once a minute; its sentences are events of the kind `warning`. `settingsFit` of `raftbeat/tuning` makes one. */
  readonly judge?: SettingsJudge | undefined;
}

/** An elector with all that can be seen of it from outside: the source of metrics, of health endpoints, of a log. */
export interface ObservedElector {
  /** The elector. Its leaderships are observed where `whileLeader` of this very object is called. */
  readonly elector: Elector;
  /** Calls the listener with each event from now on; returns the end of the subscription. */
  subscribe(listener: (event: NodeEvent) => void): () => void;
  /** What the node has measured of its links, its disk and its process. */
  readonly measurements: Pick<Measurements, "observe" | "read">;
  /** What remains of the lease, in milliseconds; 0 for a node that does not lead. */
  remainingMs(): number;
  /** What went over the links with each peer; empty with a transport that does not count it. */
  links(): readonly PeerCounters[];
  /** How often connections were refused, for each reason. */
  refusedCounts(): Readonly<Partial<Record<RefusalReason, number>>>;
  /** When this node's certificate expires, in milliseconds of the wall clock; null without one. */
  certificateNotAfterMs(): number | null;
  /** Asks for tokens and certificates at once, not only at the next connection. */
  renewSecrets(): void;
  /** Resolves, and never rejects, once the elector has ended and its last event, `stopped` or `failed`, was reported. */
  readonly ended: Promise<void>;
}

/** How often the lease is looked at when each renewal is reported: well under any heartbeat interval. */
const leaseLogIntervalMs = 10;

const systemPorts = (): ElectorPorts => ({
  clock: systemClock(),
  schedule: systemSchedule,
  random: systemRandom,
});

/**
 * Starts an elector as `createElector` does, and observes it: its store is timed, its links are counted, its warnings, elections and
 * stalls become events.
 *
 * A transport of the caller's own is counted if it is one of `webSocketTransport`; its round trips are not seen.
 * @throws RaftbeatError as `createElector`
 * @example
 * const { elector, measurements } = await createObservedElector(options, { onEvent: (event) => log.info(event) });
 */
export async function createObservedElector(
  options: ElectorOptions,
  observing: ObserveOptions = {},
  ports: ElectorPorts = systemPorts(),
): Promise<ObservedElector> {
  const listeners = new Set<(event: NodeEvent) => void>();
  if (observing.onEvent !== undefined) listeners.add(observing.onEvent);
  const given = options.logger ?? stderrLogger(`${options.cluster}/${options.id}`, ports.clock);
  const logger = safeLogger(given);
  const report = (event: NodeEvent): void => {
    for (const listener of listeners)
      try {
        listener(event);
      } catch (error) {
        logger.error({ error, event }, "a listener of events threw");
      }
  };
  const resolved = resolveOptions(options);
  const { modes: _, ...timing } = resolved.settings;
  const watch = watchMeasurements(
    (stalls) => createMeasurements(timing, () => ports.clock.nowMs(), stalls),
    ports,
  );
  const { measurements } = watch;
  const instrumented = instrument({ ...options, logger: given }, resolved, measurements, report);
  let elector: Elector;
  try {
    elector = await createElector(instrumented.options, ports);
  } catch (error) {
    watch.stop();
    throw error;
  }
  const { cluster, term } = elector.status();
  report({ event: "started", cluster, processId: process.pid, term });
  const links = (): readonly PeerCounters[] => instrumented.transport()?.peers() ?? [];
  const lease = watchLease(
    elector,
    {
      intervalMs: observing.leaseLog === true ? leaseLogIntervalMs : timing.heartbeatIntervalMs,
      stallMs: timing.voteHoldMs,
      log: observing.leaseLog === true,
    },
    report,
    { schedule: ports.schedule, machineMs },
  );
  watch.begin({ elector, links, judge: observing.judge ?? null, report });
  return {
    elector: withObservedLeaderships(elector, lease.lead),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    measurements,
    remainingMs: lease.remainingMs,
    links,
    refusedCounts: () => instrumented.transport()?.refusedCounts() ?? {},
    certificateNotAfterMs: () => instrumented.transport()?.certificateNotAfterMs() ?? null,
    renewSecrets: () => instrumented.transport()?.renew(),
    ended: reportUntilEnd(elector, report, () => {
      lease.stop();
      watch.stop();
    }),
  };
}

/** The options of an elector whose parts are measured. */
interface Instrumented {
  readonly options: ElectorOptions;
  /** The transport once there is one; null for one that does not count. */
  transport(): WebSocketTransport | null;
}

function instrument(
  { listen, token, tls, onRoundTrip, ...options }: ElectorOptions & { readonly logger: Logger },
  resolved: ResolvedOptions,
  measurements: Measurements,
  report: (event: NodeEvent) => void,
): Instrumented {
  let counted: WebSocketTransport | null = null;
  const logger = reporting(options.logger, report);
  const given = {
    ...options,
    ...(listen && { listen }),
    ...(token && { token }),
    ...(tls && { tls }),
    ...(onRoundTrip && { onRoundTrip }),
  };
  const make =
    options.transport ?? defaultTransport(given, resolved, safeLogger(logger), measurements.onRoundTrip);
  return {
    transport: () => counted,
    options: {
      ...options,
      store: measurements.timed(options.store),
      logger,
      transport(identity) {
        const transport: Transport = make(identity);
        if ("refusedCounts" in transport) counted = transport as WebSocketTransport;
        return transport;
      },
    },
  };
}

/** The same logger, whose warnings and errors are events too. */
function reporting(logger: Logger, report: (event: NodeEvent) => void): Logger {
  const level = (name: "warn" | "error") => (details: object, message: string) => {
    report({ event: "warning", message });
    logger[name](details, message);
  };
  return {
    debug: (details, message) => logger.debug(details, message),
    info: (details, message) => logger.info(details, message),
    warn: level("warn"),
    error: level("error"),
  };
}

/** The same elector, whose `whileLeader` also says which leadership there is. */
function withObservedLeaderships(elector: Elector, onLead: (lead: Leadership) => void): Elector {
  const whileLeader: Elector["whileLeader"] = (body, options) => {
    // The elector itself says what is wrong with a body that is no function.
    if (typeof body !== "function") return elector.whileLeader(body, options);
    return elector.whileLeader((lead) => {
      onLead(lead);
      return body(lead);
    }, options);
  };
  return Object.create(elector, { whileLeader: { value: whileLeader, enumerable: true } }) as Elector;
}

/** Reports what changes until the elector has ended. */
async function reportUntilEnd(
  elector: Elector,
  report: (event: NodeEvent) => void,
  stopWatching: () => void,
): Promise<void> {
  elector.subscribe((event) => {
    // Who leads is told from the status, which also knows the leader of before this subscription.
    if (event.kind === "elected") report({ event: "elected", term: event.term });
    else if (event.kind === "lost") report({ event: "lost", term: event.term, reason: event.reason });
  });
  let before: ElectorStatus | null = null;
  for await (const status of elector.watch()) {
    for (const event of changesOf(before, status)) report(event);
    before = status;
  }
  const error = await elector.closed;
  stopWatching();
  if (error === null) report({ event: "stopped" });
  else report({ event: "failed", code: error.code, message: error.message });
}
