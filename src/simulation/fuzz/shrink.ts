import { optionalPackageError } from "../../errors.js";
import { type FuzzFailure, type PlanOutcome, playPairPlan, playPlan } from "./fuzz.js";
import type { PairPlan } from "./pair-plan.js";
import type { FuzzPlan } from "./plan.js";

/** What is left of a plan that fails once all that does not matter is taken away. */
export interface ShrunkPlan<Plan> {
  readonly plan: Plan;
  readonly failure: FuzzFailure;
  /** How many smaller plans were played. */
  readonly replayCount: number;
}

/** No plan is worth more replays than this. */
const mostReplays = 500;

/**
 * Loads fast-check, which only the shrinking of failures needs.
 * @throws RaftbeatError `invalidSettings` where the optional package is not installed
 */
export async function loadFastCheck(): Promise<typeof import("fast-check")> {
  return await import("fast-check").catch((cause) => {
    throw optionalPackageError("fast-check", "shrinking failures needs", cause);
  });
}

/** How plans of one kind are played, and made smaller. */
export interface ShrinkWay<Plan> {
  play(plan: Plan): PlanOutcome;
  /** Settings that may go back to something plain; each is tried by itself. */
  readonly simplifications: readonly ((plan: Plan) => Plan)[];
  /** The same with fewer nodes, the fewest first. */
  smaller(plan: Plan): readonly Plan[];
}

/** How plans of clusters are made smaller. */
export const clusterWay: ShrinkWay<FuzzPlan> = {
  play: playPlan,
  simplifications: [
    (plan) => ({ ...plan, ownTimings: {} }),
    (plan) => ({ ...plan, duplicate: 0 }),
    (plan) => ({ ...plan, latenessMs: 0 }),
    (plan) => ({ ...plan, transport: "datagram" }),
    (plan) => ({ ...plan, start: "settled" }),
    (plan) => ({ ...plan, latency: 1 }),
    (plan) => ({ ...plan, writeMs: 0.2 }),
    withoutQuorumTimeout,
  ],
  smaller: smallerClusters,
};

/** How plans of senders and observers are made smaller. */
export const pairWay: ShrinkWay<PairPlan> = {
  play: playPairPlan,
  simplifications: [
    (plan) => ({ ...plan, observers: 1 }),
    (plan) => ({ ...plan, zones: 1 }),
    (plan) => ({ ...plan, duplicate: 0 }),
    (plan) => ({ ...plan, latenessMs: 0 }),
    (plan) => ({ ...plan, transport: "datagram" }),
    (plan) => ({ ...plan, latency: 1 }),
    (plan) => ({ ...plan, deadAfterMs: plan.windowMs }),
    (plan) => ({ ...plan, watch: false }),
  ],
  smaller: (plan) => {
    const named = [...JSON.stringify(plan.faults).matchAll(/"s(\d+)"/g)].map(([, number]) => Number(number));
    const least = Math.max(1, plan.zones, ...named);
    return Array.from({ length: Math.max(0, plan.senders - least) }, (_, more) => ({
      ...plan,
      senders: least + more,
    }));
  },
};

/**
 * Takes away faults, and settings that are out of the ordinary, for as long as the same invariant is broken. Deterministic, and
 * bounded in the number of replays.
 */
export async function shrink<
  Fault,
  Plan extends { readonly seed: number; readonly faults: readonly Fault[] },
>(
  plan: Plan,
  failure: FuzzFailure,
  { play, simplifications, smaller: fewerNodes }: ShrinkWay<Plan>,
): Promise<ShrunkPlan<Plan>> {
  const fc = await loadFastCheck();
  let best: ShrunkPlan<Plan> = { plan, failure, replayCount: 0 };
  let replayCount = 0;
  // Out of replays, every smaller plan counts as fine, which ends the search.
  const fails = (smaller: Plan): boolean => {
    if (replayCount >= mostReplays) return false;
    replayCount++;
    const found = play(smaller).failure;
    if (found === null || found.invariant !== failure.invariant) return false;
    best = { plan: smaller, failure: found, replayCount };
    return true;
  };
  /** Lets fast-check look for the smallest value that still fails, from one that does. */
  const search = <Value>(
    arbitrary: import("fast-check").Arbitrary<Value>,
    whole: Value,
    planWith: (value: Value) => Plan,
  ) =>
    fc.check(
      fc.property(arbitrary, (value) => !fails(planWith(value))),
      { seed: plan.seed, numRuns: 1, examples: [[whole]] },
    );
  const { faults } = plan;
  search(fc.subarray([...faults.keys()]), [...faults.keys()], (indices) => ({
    ...plan,
    faults: indices.map((index) => faults[index] as Fault),
  }));
  const few = best.plan;
  const kept = simplifications.map(() => true);
  search(fc.tuple(...kept.map(() => fc.boolean())), kept, (keeps) =>
    simplifications.reduce((so, simplify, index) => (keeps[index] ? so : simplify(so)), few),
  );
  for (const smaller of fewerNodes(best.plan)) if (fails(smaller)) break;
  return { ...best, replayCount };
}

/** The plan with fewer nodes, as few as its faults can do with first. */
function smallerClusters(plan: FuzzPlan): FuzzPlan[] {
  const named = [...JSON.stringify(plan.faults).matchAll(/"([no])(\d+)"/g)];
  const most = (letter: string) =>
    Math.max(0, ...named.filter(([, of]) => of === letter).map(([, , number]) => Number(number)));
  const smaller: FuzzPlan[] = [];
  for (let nodes = Math.max(1, most("n")); nodes <= plan.nodes; nodes++)
    for (let observers = most("o"); observers <= plan.observers; observers++)
      if (nodes < plan.nodes || observers < plan.observers)
        smaller.push({ ...plan, nodes, observers, ownTimings: own(plan, nodes, observers) });
  return smaller;
}

function own({ ownTimings }: FuzzPlan, nodes: number, observers: number): FuzzPlan["ownTimings"] {
  const remains = (id: string) => Number(id.slice(1)) <= (id.startsWith("n") ? nodes : observers);
  return Object.fromEntries(Object.entries(ownTimings).filter(([id]) => remains(id)));
}

function withoutQuorumTimeout(plan: FuzzPlan): FuzzPlan {
  const { quorumTimeoutMs: _, ...timing } = plan.timing;
  return { ...plan, timing };
}
