import { createEvents } from "../elector/observers/events.js";
import { type Logger, safeLogger } from "../elector/observers/logger.js";
import { stderrLogger } from "../elector/observers/stderr-logger.js";
import { RaftbeatError } from "../errors.js";
import { idRule, isId } from "../protocol/index.js";
import { systemClock, systemRandom } from "../runtime/system-ports.js";
import { createAnnouncements } from "./events-and-end.js";
import type { LivenessPorts, Monitor, MonitorOptions, PeerLiveness } from "./monitor-api.js";
import { startObserver } from "./observer.js";
import { peerOf, peersOf, statusCounts } from "./peer-liveness.js";
import type { LivenessEvent } from "./roster/liveness-event.js";
import type { Roster } from "./roster/roster.js";
import type { RosterSettings } from "./roster/roster-settings.js";
import { resolveRoster } from "./roster/rules.js";

/**
 * Makes a monitor. It sets one timer for all its peers, and keeps the process alive while it watches any; `close` ends that.
 * @throws RaftbeatError `invalidSettings`
 * @example
 * const monitor = createMonitor({ intervalMs: 1000, pauseMs: 3000 });
 * monitor.subscribe((event) => console.log(event));
 * monitor.beat("worker-1");
 */
export function createMonitor(
  options: MonitorOptions,
  ports: LivenessPorts = { clock: systemClock(), random: systemRandom },
): Monitor {
  const { logger: given, ...judging } = options;
  const settings = resolveRoster(judging);
  const { clock } = ports;
  const logger = safeLogger(given ?? stderrLogger("monitor", clock));
  const announcements = createAnnouncements<LivenessEvent, readonly PeerLiveness[]>(
    "the monitor",
    logger,
    logEvent,
    () => peersOf(observer.roster, clock.nowMs()),
    () => observer.stop(),
  );
  const observer = startObserver(
    withSafeZones(settings, logger),
    clock,
    announcements.tell,
    announcements.fail,
  );
  const { roster, tell } = observer;

  return {
    beat(id, { boot = "", slot = null, intervalMs = null, zone = "", leaving = false } = {}) {
      if (leaving) tell({ kind: "goodbye", id, boot });
      else tell({ kind: "beat", id, boot, slot, intervalMs, zone });
    },
    goodbye: (id) => tell({ kind: "goodbye", id, boot: null }),
    closed: (id) => tell({ kind: "closed", id }),
    watch(id) {
      if (!isId(id)) throw new RaftbeatError("invalidSettings", `the id ${String(id)} must be ${idRule}`);
      tell({ kind: "watch", id });
    },
    refusesInterval: (each) => roster.paces.problemOf(each, roster.peers),
    forget: (id) => tell({ kind: "forget", id }),
    peer: (id) => peerOf(roster, id, clock.nowMs()),
    peers: () => peersOf(roster, clock.nowMs()),
    get doubts() {
      return roster.zones.doubts;
    },
    counts: () => ({ ...roster.counts }),
    statusCounts: () => statusCounts(roster),
    observeLateness: latenessObservers(roster, logger),
    subscribe: announcements.subscribe,
    changes: announcements.changes,
    close: () => announcements.end(null),
    ended: announcements.ended,
    async [Symbol.asyncDispose]() {
      announcements.end(null);
    },
  };
}

/** Has the roster tell how late each beat was, while there are observers. */
function latenessObservers(roster: Roster, logger: Logger): Monitor["observeLateness"] {
  const lateness = createEvents<number>((error) => logger.error({ error }, "an observer of lateness threw"));
  const ends = new Set<() => void>();
  return (observer) => {
    const end = lateness.subscribe(observer);
    ends.add(end);
    roster.onLateness = lateness.emit;
    return () => {
      end();
      ends.delete(end);
      if (ends.size === 0) roster.onLateness = null;
    };
  };
}

/** The same settings, where a peer counts to the unnamed zone if the service's function throws or gives no text. */
function withSafeZones(settings: RosterSettings, logger: Logger): RosterSettings {
  const { zoneOf } = settings;
  return zoneOf === null ? settings : { ...settings, zoneOf: (id) => zoneOr(zoneOf, id, logger) };
}

function zoneOr(zoneOf: (id: string) => string, id: string, logger: Logger): string {
  try {
    const zone: unknown = zoneOf(id);
    if (typeof zone === "string") return zone;
    logger.warn({ id, zone }, "zoneOf gave no text: the peer counts to the zone without a name");
  } catch (error) {
    logger.warn({ id, error }, "zoneOf threw: the peer counts to the zone without a name");
  }
  return "";
}

/** One line a change of what is held, with the name of the peer in each. */
function logEvent(logger: Logger, event: LivenessEvent): void {
  const { kind, ...details } = event;
  switch (kind) {
    case "alive":
    case "restarted":
    case "left":
      logger.info(
        details,
        `peer ${kind === "alive" ? "is alive" : kind === "left" ? "has left" : "has restarted"}`,
      );
      return;
    case "suspect":
      logger.warn(details, "peer is suspected");
      return;
    case "dead":
      logger.warn(details, "peer is declared dead");
      return;
    case "flapping":
      logger.warn(details, "peer was suspected wrongly again: it is given longer pauses");
      return;
    case "disruption":
      logger.warn(details, "another share of a zone is silent");
      return;
    case "doubt":
      logger.warn(
        details,
        event.doubts
          ? "most peers are silent at once: this monitor doubts itself, and declares nobody dead"
          : "enough peers are heard again: this monitor trusts itself",
      );
      return;
  }
}
