import type { Elector } from "../../elector/api.js";
import type { EventLoopDelay } from "../../observability/event-loop-delay.js";
import { lookIntervalMs, type Measurements } from "../../observability/measurements.js";
import type { Schedule } from "../../runtime/ports.js";
import type { PeerCounters } from "../../transport/websocket/peer-counters.js";
import { createMisfitTeller, misfitOf } from "../../tuning/advice/fit.js";

/** What is watched, and who is told. */
export interface FitSubject {
  readonly elector: Elector;
  readonly measurements: Measurements;
  readonly delay: EventLoopDelay;
  links(): readonly PeerCounters[];
  /** Where the node serves HTTP, or null. */
  url(): string | null;
  warn(sentence: string): void;
}

/** How often, in looks, it is asked whether the settings fit: every minute. */
const looksPerJudgement = 60_000 / lookIntervalMs;
const judgementsPerTurn = 5;

/** Measures as long as the node runs, and warns when its settings no longer fit. Returns what ends it. */
export function watchFit(subject: FitSubject, schedule: Schedule, nowMs: () => number): () => void {
  const { elector, measurements, delay, links, url, warn } = subject;
  const teller = createMisfitTeller();
  let looks = 0;
  let cancel = schedule(lookIntervalMs, look);

  function look(): void {
    measurements.look(elector.isLeader, links());
    looks++;
    if (looks % looksPerJudgement === 0) judge();
    if (looks % (looksPerJudgement * judgementsPerTurn) === 0) delay.turn();
    cancel = schedule(lookIntervalMs, look);
  }

  function judge(): void {
    const nodes = elector.status().voters.length;
    const sentence = teller.tell(misfitOf(measurements.read(), nodes, url()), nowMs());
    if (sentence !== null) warn(sentence);
  }

  return () => {
    cancel();
    delay.stop();
  };
}
