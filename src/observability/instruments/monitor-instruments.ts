import type { Monitor, MonitorCounts } from "../../liveness/monitor-api.js";
import { type Instrument, single } from "./instrument.js";

/** From a beat in time to one that is a minute late, in seconds. */
const latenessBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The counts of `counts()` that are no refusals. */
type Other = "suspicions" | "refuted" | "deaths" | "absences";

/** What `counts()` has of refused beats, by the words of the attribute. */
const refusalWords: Readonly<Record<Exclude<keyof MonitorCounts, Other>, string>> = {
  staleBeats: "stale",
  badSlots: "bad_slot",
  oldBoots: "old_boot",
  badBoots: "bad_boot",
  badIntervals: "bad_interval",
  refusedPeers: "no_room",
};

/**
 * What a monitor measures: pass it to `toOpenTelemetry` or `toPrometheus`. No value has the name of a peer, so that their number does not grow with the peers.
 */
export function monitorInstruments(monitor: Monitor): readonly Instrument[] {
  const counter = (
    name: string,
    unit: string,
    description: string,
    read: (counts: MonitorCounts) => number,
  ): Instrument => ({
    name: `raftbeat.monitor.${name}`,
    kind: "counter",
    unit,
    description,
    attributeNames: [],
    read: () => single(read(monitor.counts())),
  });
  return [
    {
      name: "raftbeat.monitor.peers",
      kind: "gauge",
      unit: "{peer}",
      description: "Peers by what the monitor holds of them",
      attributeNames: ["raftbeat.peer.status"],
      read: () =>
        Object.entries(monitor.statusCounts()).map(([status, value]) => ({
          value,
          attributes: { "raftbeat.peer.status": status },
        })),
    },
    {
      name: "raftbeat.monitor.doubt",
      kind: "gauge",
      unit: "",
      description:
        "1 while so many peers are silent at once that the monitor doubts itself and declares nobody dead",
      attributeNames: [],
      read: () => single(Number(monitor.doubts)),
    },
    counter(
      "suspicions",
      "{suspicion}",
      "Suspicions, by silence and by closed connections",
      (of) => of.suspicions,
    ),
    counter(
      "refutations",
      "{suspicion}",
      "Suspicions by silence that a beat of the same life refuted",
      (of) => of.refuted,
    ),
    counter("deaths", "{peer}", "Peers that were declared dead", (of) => of.deaths),
    counter(
      "absences",
      "{absence}",
      "Times the monitor's process was held up, or its machine slept: silence of that time counts for nobody",
      (of) => of.absences,
    ),
    {
      name: "raftbeat.monitor.beats.refused",
      kind: "counter",
      unit: "{beat}",
      description: "Beats that changed nothing, by the reason",
      attributeNames: ["raftbeat.refusal"],
      read: () => {
        const counts = monitor.counts();
        return Object.entries(refusalWords).map(([name, word]) => ({
          value: counts[name as keyof typeof refusalWords],
          attributes: { "raftbeat.refusal": word },
        }));
      },
    },
    {
      name: "raftbeat.monitor.beat.lateness",
      kind: "histogram",
      unit: "s",
      description: "By how much a beat came later than its slot says, reckoned from the beat before it",
      attributeNames: [],
      bounds: latenessBounds,
      observe: (record) => monitor.observeLateness((latenessMs) => record(latenessMs / 1000, {})),
    },
  ];
}
