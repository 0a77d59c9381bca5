import { loadFastCheck } from "../../simulation/fuzz/shrink.js";
import { wordsOf } from "../service-scope.js";
import type { TimedFault } from "./chaos-plan.js";

/** No failure is worth more replays than this. */
const mostReplays = 60;

/**
 * Takes faults away for as long as the run still fails. Deterministic, and bounded in the number of replays.
 * @returns the fewest that were found, and why there may be fewer, with a space before it, or nothing
 */
export async function fewestFaults(
  faults: readonly TimedFault[],
  seed: number,
  fails: (fewer: readonly TimedFault[]) => Promise<boolean>,
): Promise<{ readonly fewest: readonly TimedFault[]; readonly problem: string }> {
  let fewest = faults;
  let replayCount = 0;
  const failsStill = async (fewer: readonly TimedFault[]): Promise<boolean> => {
    // Out of replays, all that is smaller counts as fine, which ends the search.
    if (replayCount >= mostReplays) return false;
    replayCount++;
    if (!(await fails(fewer))) return false;
    fewest = fewer;
    return true;
  };
  try {
    const fc = await loadFastCheck();
    const all = [...faults.keys()];
    await fc.check(
      fc.asyncProperty(fc.subarray(all), async (kept) => {
        return !(await failsStill(kept.map((index) => faults[index] as TimedFault)));
      }),
      { seed, numRuns: 1, examples: [[all]] },
    );
  } catch (problem) {
    return {
      fewest,
      problem: ` Fewer might do: ${problem instanceof Error ? problem.message : wordsOf(problem)}`,
    };
  }
  // The search goes by halves: each that is left is tried once more by itself.
  for (const fault of fewest) await failsStill(fewest.filter((other) => other !== fault));
  return { fewest, problem: "" };
}
