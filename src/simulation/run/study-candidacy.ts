import type { PastRound, StudyCandidacy, TimeoutRange, Timing } from "../../protocol/index.js";
import type { Scenario } from "../scenario/scenario.js";

/** More doublings than these would wait for minutes; Ethernet stops there, too. */
const mostDoublings = 10;

/** The other way to campaign that a scenario asks for, or null for the protocol's own. */
export function candidacyOf(
  { protocol, timings, eligible, logs }: Scenario,
  id: string,
): StudyCandidacy | null {
  const { candidateTimeout, candidateBackoff = false, configurationsRefuse = true } = protocol;
  // Where a newer configuration stands for a longer log, no refusal may bring it.
  const ranksLogs = eligible !== undefined || logs === "different";
  const hasOwnRounds = candidateTimeout !== undefined || candidateBackoff;
  if (!hasOwnRounds && !ranksLogs && configurationsRefuse) return null;
  const timeout = candidateTimeout ?? (timings[id] as Timing).electionTimeout;
  return {
    roundTimeout: !hasOwnRounds ? null : candidateBackoff ? backingOff(timeout) : () => timeout,
    olderConfiguration: ranksLogs ? "refuses" : configurationsRefuse ? null : "grants",
  };
}

/** Each round in a row that half of the other voters refuse doubles the time of the next one (Howard et al., 2015). */
function backingOff(first: TimeoutRange): (before: PastRound | null) => TimeoutRange {
  const longest = doubled(first, 2 ** mostDoublings);
  return (before) => {
    if (before === null) return first;
    const isRefused = 2 * before.refusalCount >= before.voterCount - 1;
    return isRefused && before.timeout.minMs < longest.minMs ? doubled(before.timeout, 2) : before.timeout;
  };
}

function doubled({ minMs, maxMs }: TimeoutRange, times: number): TimeoutRange {
  return { minMs: minMs * times, maxMs: maxMs * times };
}
