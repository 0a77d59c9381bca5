import type { Elector } from "../elector/api.js";
import type { Clock, Schedule } from "../runtime/ports.js";
import type { PeerCounters } from "../transport/websocket/peer-counters.js";
import { watchEventLoop } from "./event-loop-delay.js";
import { lookIntervalMs, type Measured, type Measurements, type Stalls } from "./measurements.js";
import type { NodeEvent } from "./node-event.js";

/**
 * Judges the settings of a node by what it measured: one sentence to warn with, or null where they fit, where too little was measured, or
 * where the same was said before.
 */
export type SettingsJudge = (measured: Measured, voterCount: number, nowMs: number) => string | null;

/** The node that is measured. */
export interface MeasuredNode {
  readonly elector: Elector;
  links(): readonly PeerCounters[];
  readonly judge: SettingsJudge | null;
  report(event: NodeEvent): void;
}

/** Measurements of a node and the timers that take them. */
export interface MeasurementWatch {
  readonly measurements: Measurements;
  /** The node is there: from now on its links are looked at, and its settings judged. */
  begin(node: MeasuredNode): void;
  stop(): void;
}

/** How often, in looks, the settings are judged: every minute. */
const looksPerJudgement = 60_000 / lookIntervalMs;
/** How often, in looks, stalls of long ago are forgotten: every five minutes. */
const looksPerTurn = 5 * looksPerJudgement;

/** Watches the event loop at once, and the links once there are any. */
export function watchMeasurements(
  create: (stalls: () => Stalls | null) => Measurements,
  { clock, schedule }: { readonly clock: Pick<Clock, "nowMs">; readonly schedule: Schedule },
): MeasurementWatch {
  const delay = watchEventLoop();
  const measurements = create(delay.stalls);
  let cancel = (): void => {};
  return {
    measurements,
    begin({ elector, links, judge, report }) {
      let lookCount = 0;
      function look(): void {
        measurements.look(elector.isLeader, links());
        lookCount++;
        if (judge !== null && lookCount % looksPerJudgement === 0) {
          const message = judge(measurements.read(), elector.status().voters.length, clock.nowMs());
          if (message !== null) report({ event: "warning", message });
        }
        if (lookCount % looksPerTurn === 0) delay.turn();
        cancel = schedule(lookIntervalMs, look);
      }
      cancel = schedule(lookIntervalMs, look);
    },
    stop() {
      cancel();
      delay.stop();
    },
  };
}
