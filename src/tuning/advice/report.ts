import { defaultPreset, type Timing } from "../../protocol/index.js";
import { expectedFiguresOf } from "../model/expectation.js";
import type { NetworkProfile } from "../model/network-profile.js";
import type { SweepExecutor } from "../sweep/sweep-job.js";
import { type Advice, advise } from "./advise.js";
import { type CheckPlan, checkAdvice, type SimulatedFigures } from "./check-advice.js";
import { doubtsOf } from "./doubts.js";
import type { JudgedSettings } from "./judged-settings.js";
import { type AdviceLimits, brokenLimits, defaultAdviceLimits } from "./limits.js";
import { yardsticksOf } from "./yardsticks.js";

/** All that advice has to say; with `--json` this is printed. */
export interface AdviceReport {
  readonly profile: NetworkProfile;
  /** Where the profile comes from, in words. */
  readonly source: string;
  /** For how long it was measured; null where that is not known. */
  readonly measuredMs: number | null;
  readonly limits: AdviceLimits;
  readonly bindings: Advice["bindings"];
  /** The advised first, then what it is put beside. */
  readonly settings: readonly [JudgedSettings, ...JudgedSettings[]];
  readonly seed: number;
  /** Why the simulation does not bear the advice out; empty if it does, null if it was not asked. */
  readonly doubts: readonly string[] | null;
}

/** What advice is asked for. */
export interface AdviceRequest {
  readonly profile: NetworkProfile;
  /** Where the profile comes from, in words. @defaultValue `given` */
  readonly source?: string | undefined;
  /** For how long it was measured; null where that is not known. @defaultValue null */
  readonly measuredMs?: number | null | undefined;
  /** The settings that run now, which the advice is put beside. @defaultValue null: not known */
  readonly present?: Timing | null | undefined;
  /** @defaultValue `defaultLimits` */
  readonly limits?: AdviceLimits | undefined;
  /** The seed of the first run that is played. @defaultValue 1 */
  readonly seed?: number | undefined;
}

/** How the advice and its yardsticks are played. */
export interface AdviceCheck extends Pick<CheckPlan, "runs" | "quietMinutes"> {
  readonly executor: SweepExecutor;
  /** Is told after each job how many of all are done. */
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/**
 * Advises on settings for a network, and judges the advice beside present settings, etcd's and the presets.
 * @param check plays them; null: nothing is played, and the report has no doubts
 * @throws RaftbeatError `invalidSettings` for a profile or limits that cannot be
 */
export async function reportAdvice(request: AdviceRequest, check: AdviceCheck | null): Promise<AdviceReport> {
  const {
    profile,
    source = "given",
    measuredMs = null,
    present = null,
    limits = defaultAdviceLimits,
    seed = 1,
  } = request;
  const yardsticks = yardsticksOf(profile, present);
  const advice = advise(
    profile,
    limits,
    yardsticks.map(({ timing }) => timing),
  );
  const judge = (name: string, timing: Timing): JudgedAhead => ({
    name,
    timing,
    expected: expectedFiguresOf(profile, timing),
    broken: brokenLimits(profile, limits, timing),
  });
  const judged = [
    judge("advised", advice.timing),
    ...yardsticks.map(({ name, timing }) => judge(name, timing)),
  ] as const;
  const simulated =
    check === null ? new Map() : await played(profile, playedOf(judged, present !== null), seed, check);
  const [advised, ...others] = judged.map((one) => ({ ...one, simulated: simulated.get(one.name) ?? null }));
  const settings = [advised as JudgedSettings, ...others] as const;
  return {
    profile,
    source,
    measuredMs,
    limits,
    bindings: advice.bindings,
    settings,
    seed,
    doubts: doubtsOf(profile, settings[0]),
  };
}

/** Settings by what is expected of them, before they are played. */
type JudgedAhead = Omit<JudgedSettings, "simulated">;

/** Settings that leave a cluster without a leader for minutes are not worth the hours it takes to see it. */
const longestLeaderlessMs = 60_000;

/** What is played: the advice, and what it is put beside; of the presets the default, and that only where the present settings are not known. */
function playedOf(judged: readonly JudgedAhead[], isPresentKnown: boolean): JudgedAhead[] {
  return judged.filter(({ name, expected }) => {
    if (name === "advised") return true;
    if (name.startsWith("preset ") && (isPresentKnown || name !== `preset ${defaultPreset}`)) return false;
    return expected.leaderlessMeanMs < longestLeaderlessMs;
  });
}

async function played(
  profile: NetworkProfile,
  settings: readonly JudgedAhead[],
  seed: number,
  { executor, onProgress, ...plan }: AdviceCheck,
): Promise<ReadonlyMap<string, SimulatedFigures>> {
  const timings = settings.map(({ timing }) => timing);
  const figures = await checkAdvice({ ...plan, profile, timings, seed }, executor, onProgress);
  return new Map(settings.map(({ name }, index) => [name, figures[index] as SimulatedFigures]));
}
