import { RaftbeatError } from "../../errors.js";
import { parseScenario, type Scenario } from "../../simulation/scenario/scenario.js";
import type { ScenarioFile } from "../../simulation/scenario/scenario-file.js";
import { addRuns, type CellRecord, emptyRecord, runsWanted, type StoppingRule } from "./cell-record.js";
import type { RunsResult } from "./cell-runs.js";
import { type CellSummary, summarizeCells } from "./cell-summary.js";
import { cellsOf, changedDocument, type GridCell, type Variation } from "./grid.js";
import type { SweepMetric } from "./metric.js";
import { baselineOn, runsOn, type SweepExecutor } from "./sweep-job.js";

/** How a sweep is played. */
export interface SweepOptions {
  /** Whose mean is to be precise. @defaultValue `recoveryMs` */
  readonly metric: SweepMetric;
  /** When a cell has been played often enough. @defaultValue a precision of 0.05, after 100 to 10,000 runs */
  readonly stopping: StoppingRule;
  /** Run k of every cell has seed + k - 1, so that cells differ by their settings and not by their luck. @defaultValue the scenario's */
  readonly seed: number;
  /** Minutes of simulated time without faults, in each of which leader changes are counted as false elections. @defaultValue 5 */
  readonly quietMinutes: number;
}

/** What a sweep shall do. */
export interface SweepPlan extends SweepOptions {
  readonly name: string;
  readonly question: string;
  /** The scenario as it stands in a file. */
  readonly document: object;
  readonly variations: readonly Variation[];
  readonly cells: readonly GridCell[];
}

/** What a sweep came to: what its text and its page show. */
export interface SweepReport extends Pick<SweepPlan, "name" | "question" | "variations"> {
  readonly summaries: readonly CellSummary[];
  /** All that was measured in each cell that was played, by the index of the cell. */
  readonly records: ReadonlyMap<number, CellRecord>;
}

/** How far a sweep has come. */
export interface SweepProgress {
  readonly doneCells: number;
  readonly cells: number;
  readonly runs: number;
  /** About how much of the work is done, from 0 to 1. */
  readonly share: number;
}

/** What a sweep is played with, unless something else is asked for. */
export const sweepDefaults: Omit<SweepOptions, "seed"> = {
  metric: "recoveryMs",
  stopping: { precision: 0.05, minRuns: 100, maxRuns: 10_000 },
  quietMinutes: 5,
};

/** Long enough to make handing it over cheap, and short enough to keep all threads busy to the end. */
const jobRuns = 100;
/** In so many first runs of each cell all invariants are checked. Checking doubles the work and changes no metric. */
const checkedRuns = 10;

/**
 * Plans a sweep over every combination of the variations.
 * @throws RaftbeatError `invalidSettings` for an impossible grid, and where no combination can be played
 */
export function planSweep(
  { scenario, document }: ScenarioFile,
  variations: readonly Variation[],
  options: Partial<SweepOptions> = {},
): SweepPlan {
  const { name, question, seed } = scenario;
  const cells = cellsOf(document, variations);
  if (cells.every(({ refusal }) => refusal !== null))
    throw new RaftbeatError(
      "invalidSettings",
      `no combination can be played; the first: ${cells[0]?.refusal ?? "there is none"}`,
    );
  return { ...sweepDefaults, seed, ...options, name, question, document, variations, cells };
}

/**
 * Plays all cells until each is known precisely enough. What it comes to depends on the plan alone: not on how many jobs the executor
 * does at a time, nor on the order in which they end, nor on what was in the records already.
 * @param records hold what was played before, and are added to
 * @param onProgress is told after each job
 */
export async function runSweep(
  plan: SweepPlan,
  executor: SweepExecutor,
  records: Map<number, CellRecord> = new Map(),
  onProgress: (progress: SweepProgress) => void = () => {},
): Promise<SweepReport> {
  const cells = plan.cells.filter(({ refusal }) => refusal === null);
  const queue = cells.values();
  const openCells = new Set<number>();
  let doneCells = 0;
  let failed = false;
  const tell = () => {
    let [runs, share] = [0, doneCells];
    for (const record of records.values()) runs += record.metrics.length;
    for (const index of openCells) share += shareOf(records.get(index) as CellRecord, plan);
    onProgress({ doneCells, cells: cells.length, runs, share: share / cells.length });
  };
  const playInTurn = async () => {
    for (const { index, settings } of queue) {
      if (failed) return;
      const record = records.get(index) ?? emptyRecord();
      records.set(index, record);
      openCells.add(index);
      const scenario = parseScenario({ ...changedDocument(plan.document, settings), expect: [] });
      await playCell(plan, scenario, record, executor, tell).catch((error: unknown) => {
        failed = true;
        throw error;
      });
      openCells.delete(index);
      doneCells++;
      tell();
    }
  };
  // Two cells for each job at a time: while one cell waits for its last job, the other has jobs to do.
  const results = await Promise.allSettled(Array.from({ length: 2 * executor.count }, playInTurn));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  const { name, question, variations } = plan;
  return { name, question, variations, summaries: summarizeCells(plan.cells, records, plan.metric), records };
}

async function playCell(
  plan: SweepPlan,
  scenario: Scenario,
  record: CellRecord,
  executor: SweepExecutor,
  tell: () => void,
): Promise<void> {
  const { metric, stopping, seed, quietMinutes } = plan;
  const baseline = async () => {
    if (record.baseline !== null) return;
    const job = { kind: "baseline", scenario, seed, minutes: quietMinutes } as const;
    const { kind: _, ...found } = await baselineOn(executor, job);
    record.baseline = found;
    tell();
  };
  const runs = async () => {
    for (;;) {
      const done = record.metrics.length;
      const wanted = runsWanted(record.metrics, stopping);
      if (wanted <= done) return;
      const jobs: Promise<RunsResult>[] = [];
      for (let from = done; from < wanted; from += jobRuns) {
        const count = Math.min(jobRuns, wanted - from);
        const checked = Math.min(count, Math.max(0, checkedRuns - from));
        const job = {
          kind: "runs",
          scenario,
          seed: seed + from,
          runs: count,
          metric,
          checkedRuns: checked,
        } as const;
        jobs.push(runsOn(executor, job));
      }
      // The first failure ends the cell; the others must not fail unheard.
      for (const job of jobs) job.catch(() => {});
      // In the order of their seeds, whichever is done first.
      for (const job of jobs) {
        addRuns(record, await job);
        tell();
      }
    }
  };
  await Promise.all([baseline(), runs()]);
}

/** About how much of a cell is done. */
function shareOf(record: CellRecord, { stopping }: SweepPlan): number {
  const done = record.metrics.length;
  return done === 0 ? 0 : done / Math.max(done, runsWanted(record.metrics, stopping), stopping.minRuns);
}
