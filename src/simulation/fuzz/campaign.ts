import type { Executor } from "../jobs/executor.js";
import { hashOf } from "../run/simulate.js";
import type { FuzzBatch, FuzzFailure } from "./fuzz.js";
import type { FuzzAnswer, FuzzJob, ShrunkFailure } from "./fuzz-job.js";
import type { FuzzProfileName } from "./profile.js";

/** What to play, and for how long. */
export interface CampaignOptions {
  readonly profiles: readonly FuzzProfileName[];
  /** The first and the last seed of every profile. */
  readonly seeds: readonly [number, number];
  /** Further seeds are played until this time of `clockMs`. */
  readonly untilMs: number;
  /** Reads a clock, for the time limit. */
  readonly clockMs: () => number;
  readonly executor: Executor<FuzzJob, FuzzAnswer>;
  /**
   * False: failures are told and not shrunk, which needs no fast-check.
   * @defaultValue true
   */
  readonly shrinks?: boolean | undefined;
  /** Aborted: no further seeds are begun, and nothing more is shrunk. */
  readonly signal: AbortSignal;
  /** Is told how far it is, at the start and after each job. */
  readonly onProgress: (progress: CampaignProgress) => void;
}

/** How far a campaign is. */
export interface CampaignProgress {
  readonly runs: number;
  readonly failures: number;
  readonly shrinking: boolean;
}

/** A failure, and the scenario that is left of it; null for those after the first few, and where it was not to be shrunk or there was no time. */
export interface ReportedFailure extends FuzzFailure {
  readonly shrunk: ShrunkFailure | null;
}

/** What the seeds of one profile came to. All but `wallMs` is the same for any executor. */
export interface ProfileReport {
  readonly profile: FuzzProfileName;
  readonly seeds: readonly [number, number];
  readonly runs: number;
  readonly failures: readonly ReportedFailure[];
  readonly events: number;
  readonly simulatedMs: number;
  /** The time that its jobs took, those of other profiles in between included. */
  readonly wallMs: number;
  readonly hash: string;
}

/** Seeds a job, whatever the executor: few, as progress is told and Ctrl-C obeyed between jobs. */
const batchSize = 5;
/** How many failures of a profile are shrunk. */
const mostShrunk = 10;

/** Plays the seeds of all profiles on an executor, and shrinks the first failures of each. Tells of the profiles that were begun. */
export async function playCampaign(options: CampaignOptions): Promise<ProfileReport[]> {
  const { profiles, seeds, clockMs, executor } = options;
  const startedMs = clockMs();
  const batches = new Map(profiles.map((profile) => [profile, [] as FuzzBatch[]]));
  const lastSeeds = new Map(profiles.map((profile) => [profile, seeds[0] - 1]));
  const wallMs = new Map<FuzzProfileName, number>();
  let runs = 0;
  let failures = 0;
  options.onProgress({ runs, failures, shrinking: false });
  const jobs = jobsOf(options, lastSeeds);
  // As many at a time as the executor does: whether there is time for more is asked as late as possible.
  const playOn = async () => {
    for (let next = jobs.next(); !next.done; next = jobs.next()) {
      const { job, index } = next.value;
      const { batch } = await executor.run(job);
      const played = batches.get(job.profile);
      if (batch === null || played === undefined) continue;
      played[index] = batch;
      wallMs.set(job.profile, clockMs() - startedMs);
      runs += job.to - job.from + 1;
      failures += batch.failures.length;
      options.onProgress({ runs, failures, shrinking: false });
    }
  };
  await Promise.all(Array.from({ length: executor.count }, playOn));
  if (failures > 0 && options.shrinks !== false) options.onProgress({ runs, failures, shrinking: true });
  const reports: ProfileReport[] = [];
  for (const profile of profiles) {
    const played = batches.get(profile) as FuzzBatch[];
    const last = lastSeeds.get(profile) as number;
    if (last < seeds[0]) continue;
    reports.push({
      profile,
      seeds: [seeds[0], last],
      runs: last - seeds[0] + 1,
      failures: await shrunkFailures(profile, played, options),
      events: played.reduce((sum, { events }) => sum + events, 0),
      simulatedMs: played.reduce((sum, { simulatedMs }) => sum + simulatedMs, 0),
      wallMs: wallMs.get(profile) ?? 0,
      hash: hashOf(played.flatMap(({ hashes }) => hashes)),
    });
  }
  return reports;
}

/** The jobs in order: a batch of each profile in turn, up to the last seed and on while there is time. */
function* jobsOf(
  { profiles, seeds, untilMs, clockMs, signal }: CampaignOptions,
  lastSeeds: Map<FuzzProfileName, number>,
): Generator<{ readonly job: FuzzJob; readonly index: number }, void> {
  let from = seeds[0];
  for (let index = 0; ; index++) {
    const asked = from <= seeds[1];
    const to = asked ? Math.min(from + batchSize - 1, seeds[1]) : from + batchSize - 1;
    for (const profile of profiles) {
      if (signal.aborted || (!asked && clockMs() >= untilMs)) return;
      lastSeeds.set(profile, to);
      yield { job: { do: "play", profile, from, to }, index };
    }
    from = to + 1;
  }
}

async function shrunkFailures(
  profile: FuzzProfileName,
  batches: readonly FuzzBatch[],
  { executor, signal, shrinks = true }: CampaignOptions,
): Promise<ReportedFailure[]> {
  const failures = batches.flatMap((batch) => batch.failures);
  const aborted = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null)));
  return await Promise.all(
    failures.map(async (failure, index) => {
      if (!shrinks || index >= mostShrunk || signal.aborted) return { ...failure, shrunk: null };
      const job: FuzzJob = { do: "shrink", profile, from: failure.seed, to: failure.seed };
      const shrunk = executor.run(job).then((answer) => answer.shrunk);
      return { ...failure, shrunk: await Promise.race([shrunk, aborted]) };
    }),
  );
}
