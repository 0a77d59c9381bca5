import { rangeWarning, type Timing } from "../../protocol/index.js";
import { quantiles } from "../../quantiles.js";

/** So many round trips have a median that can be relied on. */
export const enoughRoundTrips = 100;

/**
 * Takes the round trips that a leader measures, and warns once where the range of the election timeout is too narrow for them: nodes whose
 * timeouts end within a message's latency of each other split the votes.
 * @param warn called with one sentence that holds the measured latency, the settings and the remedy
 */
export function watchNarrowRange(
  timing: Timing,
  warn: (sentence: string) => void,
): (peer: string, ms: number) => void {
  let roundTripsMs: number[] = [];
  let hasWarned = false;
  return (_peer, ms) => {
    if (hasWarned) return;
    roundTripsMs.push(ms);
    if (roundTripsMs.length < enoughRoundTrips) return;
    const medianMs = quantiles(roundTripsMs)?.p50 ?? 0;
    roundTripsMs = [];
    const warning = rangeWarning(timing, Number(text(medianMs / 2)));
    if (warning === null) return;
    hasWarned = true;
    warn(
      `${warning}: widen electionTimeout (raftbeat advise finds settings for round trips of ${text(medianMs)} ms)`,
    );
  };
}

function text(ms: number): string {
  return String(Number(ms.toPrecision(3)));
}
