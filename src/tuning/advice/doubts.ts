import { lostShareOf } from "../model/longest-stalls.js";
import { monthHours, monthMs, type NetworkProfile } from "../model/network-profile.js";
import { poissonInterval } from "../statistics/confidence.js";
import type { JudgedSettings } from "./judged-settings.js";

/** The closed forms leave out what is rare; that far they may be off. */
const mostDeviation = 0.5;
/** One lapse in the minutes played says little of a month. */
const mostQuietRatio = 10;

/** What was played and speaks against the settings; null where nothing was. */
export function doubtsOf(
  profile: NetworkProfile,
  { timing, expected, simulated }: JudgedSettings,
): string[] | null {
  if (simulated === null) return null;
  const doubts: string[] = [];
  const { runs, recovered, leaderlessMeanMs, leaderlessHalfWidthMs, falseElections, falseElectionsPerHour } =
    simulated;
  if (simulated.violations.length > 0) doubts.push(`broken: ${simulated.violations.join("; ")}`);
  if (recovered < runs) doubts.push(`nobody led again in ${runs - recovered} of ${runs} crashes`);
  const offMs = Math.abs((leaderlessMeanMs ?? 0) - expected.leaderlessMeanMs) - (leaderlessHalfWidthMs ?? 0);
  if (leaderlessMeanMs !== null && offMs > mostDeviation * expected.leaderlessMeanMs)
    doubts.push(
      `a crash leaves ${leaderlessMeanMs.toFixed(1)} ms without a leader, not ${expected.leaderlessMeanMs.toFixed(1)} ms`,
    );
  if (falseElectionsPerHour.low * monthHours > expected.falseElectionsPerMonth && falseElections > 0)
    doubts.push(
      `${falseElections} false elections in ${simulated.quietHours.toFixed(1)} h are more than ${expected.falseElectionsPerMonth.toPrecision(2)} a month`,
    );
  const { longestStalls } = simulated;
  if (
    longestStalls !== null &&
    poissonInterval(longestStalls.lost).low > lostShareOf(profile, timing) * longestStalls.stalls
  )
    doubts.push(
      `the longest stall leaves the cluster without a leader in ${longestStalls.lost} of ${longestStalls.stalls}`,
    );
  const quietMs = simulated.quietLeaderlessShare * monthMs;
  const expectedQuietMs = expected.leaderlessPerMonthMs;
  if (quietMs > mostQuietRatio * expectedQuietMs)
    doubts.push(
      `without crashes ${(100 * simulated.quietLeaderlessShare).toPrecision(2)} % of the time has no leader: lapsed leases are not as rare as expected`,
    );
  return doubts;
}
