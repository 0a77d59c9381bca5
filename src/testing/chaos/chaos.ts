import { RaftbeatError } from "../../errors.js";
import { withSentence } from "../failure-page.js";
import type { ServiceCluster } from "../service-cluster.js";
import { wordsOf } from "../service-scope.js";
import { type ServiceTestOptions, testService } from "../test-service.js";
import { faultsOfSeed, type TimedFault } from "./chaos-plan.js";
import { fewestFaults } from "./fewest-faults.js";

/** A service under random faults, and what must hold of it. */
export interface ChaosSubject extends Omit<ServiceTestOptions, "seed" | "pages" | "name"> {
  /** Throws where the service has broken what must always hold. Called after each event of the simulation, so keep it cheap. */
  readonly always?: ((cluster: ServiceCluster) => void) | undefined;
  /** Called once all faults are over and a leader has been there for a while; throws where the service has not come back. */
  readonly atEnd?: ((cluster: ServiceCluster) => void | Promise<void>) | undefined;
}

/** Makes the service and its surroundings anew for each run: nothing may be left over from the run before. */
export type ChaosSetup = () => ChaosSubject;

/** Which runs are played. */
export interface ChaosOptions extends Pick<ServiceTestOptions, "name" | "pages"> {
  /**
   * The seed of the first run; run k has seed + k - 1.
   * @defaultValue 1
   */
  readonly seed?: number | undefined;
  /**
   * How many runs, each with faults of its own.
   * @defaultValue 20
   */
  readonly runs?: number | undefined;
  /**
   * Milliseconds of simulated time in which faults strike in each run.
   * @defaultValue 5000
   */
  readonly forMs?: number | undefined;
  /** These faults in one run, in place of random ones: what a failure printed. */
  readonly faults?: readonly TimedFault[] | undefined;
}

/** After all faults a leader works for so long before the end is looked at. */
const settleMs = 1_000;
/** Within how much time after all faults there must be a leader. */
const recoveryMs = 60_000;

/**
 * Strikes a service with random faults, run after run: partitions, one-way cuts, loss, latency, crashes, pauses, slow and failing
 * disks, clocks at other rates. The first run that fails is played again with fewer and fewer faults, for which fast-check must be
 * installed. The same seed gives the same faults and the same course.
 * @throws what failed, with the fewest faults that still make it fail, as code that plays them again, and a page of that run
 * @throws RangeError for a number of runs or a time that is none
 * @example
 * await chaos(() => {
 *   const rows: number[] = [];
 *   return {
 *     service: ({ elector }) => void elector.whileLeader((lead) => void rows.push(lead.term)),
 *     always: () => {
 *       if (new Set(rows).size < rows.length) throw new Error(`a row twice: ${rows}`);
 *     },
 *   };
 * });
 */
export async function chaos(setup: ChaosSetup, options: ChaosOptions = {}): Promise<void> {
  const { seed = 1, faults } = options;
  const { runs = 20, forMs = Math.max(5_000, ...(faults ?? []).map(({ at }) => at)) } = options;
  if (!(Number.isSafeInteger(runs) && runs > 0))
    throw new RangeError(`runs is ${runs}, and must be a whole number from 1`);
  if (!(forMs > 0 && forMs < 1e7))
    throw new RangeError(`forMs is ${forMs}, and must be more than 0 and less than 1e7`);
  if (faults !== undefined) return playOnce(setup, { ...options, seed, forMs, faults });
  for (let run = seed; run < seed + runs; run++) {
    const played = await failureOf(setup, { seed: run, forMs, faults: null });
    if (played === null) continue;
    const fails = async (fewer: readonly TimedFault[]) => {
      const found = await failureOf(setup, { seed: run, forMs, faults: fewer });
      return found !== null && kindOf(found.error) === kindOf(played.error);
    };
    const { fewest, problem } = await fewestFaults(played.faults, run, fails);
    const counts = `Seed ${run} fails with ${fewest.length} of its ${played.drawnCount} faults.${problem}\n`;
    await playOnce(setup, { ...options, seed: run, forMs, faults: fewest }, counts);
    throw withSentence(
      played.error,
      `Seed ${run} failed, and did not fail again: what the setup makes outlives a run`,
    );
  }
}

interface Run {
  readonly seed: number;
  readonly forMs: number;
  /** Null: those of the seed. */
  readonly faults: readonly TimedFault[] | null;
}

interface Failure {
  readonly error: unknown;
  /** Those that can have to do with it. */
  readonly faults: readonly TimedFault[];
  readonly drawnCount: number;
}

/** Plays a run whose failure is thrown, drawn and explained. */
async function playOnce(
  setup: ChaosSetup,
  run: Run & ChaosOptions & { readonly faults: readonly TimedFault[] },
  sentence = "",
): Promise<void> {
  const { name = "chaos", pages, seed, forMs, faults } = run;
  const subject = setup();
  try {
    await testService({ ...subject, name, seed, ...(pages !== undefined && { pages }) }, (cluster) =>
      play(cluster, subject, run),
    );
  } catch (error) {
    const list = faults.map((fault) => `  ${codeOf(fault)},\n`).join("");
    const code = `await chaos(setup, { seed: ${seed}, forMs: ${forMs}, faults: [\n${list}] });`;
    throw withSentence(error, `${sentence}To play this run again:\n${code}`);
  }
}

/** What fails in a run, and which faults were to strike; null for a run in which all is well. */
async function failureOf(setup: ChaosSetup, run: Run): Promise<Failure | null> {
  const subject = setup();
  let faults: readonly TimedFault[] = [];
  let endedMs = 0;
  try {
    await testService({ ...subject, seed: run.seed, pages: null }, async (cluster) => {
      faults = run.faults ?? faultsOfSeed(cluster, run.seed, run.forMs);
      try {
        await play(cluster, subject, { ...run, faults });
      } finally {
        endedMs = cluster.nowMs;
      }
    });
    return null;
  } catch (error) {
    // What would have struck after the failure has no part in it.
    return { error, faults: faults.filter(({ at }) => at <= endedMs), drawnCount: faults.length };
  }
}

async function play(
  cluster: ServiceCluster,
  { always, atEnd }: ChaosSubject,
  { faults, forMs }: Run & { readonly faults: readonly TimedFault[] },
): Promise<void> {
  const holds = (): void => always?.(cluster);
  /** Lets time pass under the eyes of `always`. */
  const pass = async (ms: number, done: () => boolean = () => false) => {
    const endMs = cluster.nowMs + ms;
    await cluster.until(() => {
      holds();
      return done() || cluster.nowMs >= endMs;
    }, ms + 1);
  };
  await cluster.until(() => cluster.leader() !== null, recoveryMs);
  for (const { at, ...fault } of faults) cluster.strike(fault, at);
  await pass(forMs);
  cluster.heal();
  for (const { id } of cluster.cluster.processes) {
    cluster.resume(id);
    if (cluster.isRunning(id) && cluster.replica(id).elector.status().role !== "stopped") continue;
    await cluster.settled(cluster.restart(id));
  }
  const leads = (): boolean => cluster.leader() !== null;
  await pass(recoveryMs, leads);
  if (!leads()) throw new RaftbeatError("timeout", `nobody leads ${recoveryMs} ms after the last fault`);
  await pass(settleMs);
  await atEnd?.(cluster);
}

/** Two failures are of a kind if their errors differ in numbers and names of replicas alone. */
function kindOf(error: unknown): string {
  return (wordsOf(error).split("\n")[0] as string).replaceAll(/[\d.,\s]+/g, "#");
}

/** An object as a person writes it. */
function codeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(codeOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([key, of]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}: ${codeOf(of)}`,
  );
  return `{ ${fields.join(", ")} }`;
}
