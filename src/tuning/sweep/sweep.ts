import { addRuns, type CellRecord, emptyRecord, runsWanted, type StoppingRule } from "./cell-record.js";
import { changedDocument, type GridCell } from "./grid.js";
import type { QuietJob, QuietResult, RunsJob, RunsResult, SweepFigure } from "./worker.js";

/** What a sweep shall do. */
export interface SweepPlan {
  /** The scenario as it stands in a file. */
  readonly document: object;
  readonly cells: readonly GridCell[];
  readonly figure: SweepFigure;
  readonly stopping: StoppingRule;
  /** Run k of every cell has seed + k - 1, so that cells differ by their settings and not by their luck. */
  readonly seed: number;
  /** Minutes of simulated time without faults, in each of which leader changes are counted as false elections. */
  readonly quietMinutes: number;
}

/** Does the jobs of a sweep, each as `work` of sweep-worker.ts does. */
export interface SweepHands {
  readonly runs: (job: RunsJob) => Promise<RunsResult>;
  readonly quiet: (job: QuietJob) => Promise<QuietResult>;
  /** How many jobs can be done at a time. */
  readonly count: number;
}

/** How far a sweep has come. */
export interface SweepProgress {
  readonly doneCells: number;
  readonly cells: number;
  readonly runs: number;
  /** About how much of the work is done, from 0 to 1. */
  readonly share: number;
}

/** Long enough to make handing it over cheap, and short enough to keep all threads busy to the end. */
const jobRuns = 100;
/** In so many first runs of each cell all promises are checked. Checking doubles the work and changes no figure. */
const checkedRuns = 10;

/**
 * Plays all cells until each is known precisely enough. What it comes to depends on the plan alone: not on how many hands there are,
 * nor on which of them is quick, nor on what was in the records already.
 * @param records hold what was played before, and are added to
 * @param onProgress is told after each job
 */
export async function runSweep(
  plan: SweepPlan,
  hands: SweepHands,
  records: Map<number, CellRecord>,
  onProgress: (progress: SweepProgress) => void,
): Promise<void> {
  const cells = plan.cells.filter(({ scenario }) => scenario !== null);
  const queue = cells.values();
  const openCells = new Set<number>();
  let doneCells = 0;
  let failed = false;
  const tell = () => {
    let [runs, share] = [0, doneCells];
    for (const record of records.values()) runs += record.figures.length;
    for (const place of openCells) share += shareOf(records.get(place) as CellRecord, plan);
    onProgress({ doneCells, cells: cells.length, runs, share: share / cells.length });
  };
  const playInTurn = async () => {
    for (const { place, settings } of queue) {
      if (failed) return;
      const record = records.get(place) ?? emptyRecord();
      records.set(place, record);
      openCells.add(place);
      const document = { ...changedDocument(plan.document, settings), expect: [] };
      await playCell(plan, document, record, hands, tell).catch((error: unknown) => {
        failed = true;
        throw error;
      });
      openCells.delete(place);
      doneCells++;
      tell();
    }
  };
  // Two cells for each hand: one that waits for its last job leaves nobody idle.
  const results = await Promise.allSettled(Array.from({ length: 2 * hands.count }, playInTurn));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function playCell(
  plan: SweepPlan,
  document: object,
  record: CellRecord,
  hands: SweepHands,
  tell: () => void,
): Promise<void> {
  const { figure, stopping, seed, quietMinutes } = plan;
  const quiet = async () => {
    record.quiet ??= await hands.quiet({ kind: "quiet", document, seed, minutes: quietMinutes });
    tell();
  };
  const runs = async () => {
    for (;;) {
      const done = record.figures.length;
      const wanted = runsWanted(record.figures, stopping);
      if (wanted <= done) return;
      const jobs: Promise<RunsResult>[] = [];
      for (let from = done; from < wanted; from += jobRuns) {
        const count = Math.min(jobRuns, wanted - from);
        const checked = Math.min(count, Math.max(0, checkedRuns - from));
        jobs.push(
          hands.runs({
            kind: "runs",
            document,
            seed: seed + from,
            runs: count,
            figure,
            checkedRuns: checked,
          }),
        );
      }
      // The first that fails ends the cell; the others must not fail unheard.
      for (const job of jobs) job.catch(() => {});
      // In the order of their seeds, whichever is done first.
      for (const job of jobs) {
        addRuns(record, await job);
        tell();
      }
    }
  };
  await Promise.all([quiet(), runs()]);
}

/** About how much of a cell is done. */
function shareOf(record: CellRecord, { stopping }: SweepPlan): number {
  const done = record.figures.length;
  return done === 0 ? 0 : done / Math.max(done, runsWanted(record.figures, stopping), stopping.minRuns);
}
