import { quantiles } from "../../quantiles.js";
import type { ScenarioInput } from "../../simulation/index.js";
import type { Published } from "./published.js";

/** What a row says besides the numbers: the case's settings, in the order they are printed. */
export type Labels = Readonly<Record<string, string | number | boolean | null>>;

/** One row of a study: a scenario and how often it is played. */
export interface StudyCase {
  readonly labels: Labels;
  readonly scenario: ScenarioInput;
  readonly trials: number;
}

/** What one trial came to. */
export interface Trial {
  /** What was to be measured, or null where it did not come about. */
  readonly ms: number | null;
  readonly availability: number;
  readonly leaderChangeCount: number;
  readonly termGrowth: number;
  readonly observedMs: number;
  /** The invariant that was broken, which ended the trial. */
  readonly violation: string | null;
}

/** A row as it is printed. */
export type StudyRow = Readonly<Record<string, string | number | boolean | null>>;

/** A question, the scenarios that answer it and what is printed of them. */
export interface Study {
  readonly name: string;
  readonly question: string;
  readonly defaultTrials: number;
  /** The cases to play, if each is to be played so often. */
  readonly cases: (trials: number) => readonly StudyCase[];
  /** One row of the result: what the trials of a case came to. */
  readonly row: (one: StudyCase, trials: readonly Trial[]) => StudyRow;
  /** What was published of a case, if anything was. */
  readonly published?: ((labels: Labels) => Published | null) | undefined;
}

/** Whole trials in nearest-rank quantiles and a mean, rounded to hundredths of a millisecond. */
export function timesOf(trials: readonly Trial[]): StudyRow {
  const times = trials.map(({ ms }) => ms).filter((ms) => ms !== null);
  const { p50 = null, p90 = null, p99 = null, max = null } = quantiles(times) ?? {};
  const mean = times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0) / times.length;
  return {
    trials: trials.length,
    finished: times.length,
    p50Ms: rounded(p50),
    meanMs: rounded(mean),
    p90Ms: rounded(p90),
    p99Ms: rounded(p99),
    maxMs: rounded(max),
  };
}

/** What trials that are watched for a fixed time came to. */
export function serviceOf(trials: readonly Trial[]): StudyRow {
  const total = (pick: (trial: Trial) => number) => trials.reduce((sum, trial) => sum + pick(trial), 0);
  const observedMs = total(({ observedMs: ms }) => ms);
  const share = observedMs === 0 ? 0 : total((trial) => trial.availability * trial.observedMs) / observedMs;
  const perMinute = (count: number) => (observedMs === 0 ? 0 : (count * 60_000) / observedMs);
  return {
    availabilityPercent: rounded(100 * share, 3),
    leaderChangesPerMinute: rounded(perMinute(total(({ leaderChangeCount }) => leaderChangeCount)), 3),
    termGrowthPerMinute: rounded(perMinute(total(({ termGrowth }) => termGrowth)), 3),
  };
}

function rounded(value: number | null, digits = 2): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
