import { presets as readyMade, type TimingInput } from "raftbeat";
import { quantiles } from "../../dist/quantiles.js";
import { StruckCluster } from "../baselines/simulated-pauses.js";
import { lossesPerMinute, type PausesMeasured, strikeLeaders } from "../processes/pauses.js";
import { type Row, rounded } from "../report.js";

/** How long the leader's event loop stands still. */
const pausesMs = [50, 100, 200, 350, 500];

/** How much is played and measured. */
export interface PresetsOptions {
  /** Simulated kills, and simulated pauses of each length. */
  readonly trials: number;
  /** The same of real processes; 0 for the simulator alone. */
  readonly kills: number;
  readonly pauses: number;
  readonly quietSeconds: number;
}

/** What each preset loses: time without a leader after a kill, and leases in pauses of the leader's event loop. */
export async function presets(options: PresetsOptions): Promise<Row[]> {
  const { trials, kills, pauses, quietSeconds } = options;
  const rows: Row[] = [];
  for (const [preset, timing] of Object.entries<TimingInput>(readyMade)) {
    const measured = new Map<number, PausesMeasured>();
    for (const pauseMs of pausesMs)
      measured.set(pauseMs, new StruckCluster(timing, pauseMs).pauses(pauseMs, trials));
    const failoverMs = new StruckCluster(timing, 1).kills(trials);
    rows.push(rowOf(preset, "simulator", failoverMs, measured));
  }
  if (kills === 0 && pauses === 0) return rows;
  for (const [preset, timing] of Object.entries<TimingInput>(readyMade)) {
    if (process.stderr.isTTY) process.stderr.write(`\r${preset} `);
    const real = await strikeLeaders(timing, { kills, pauses, pausesMs });
    const quiet =
      quietSeconds === 0
        ? {}
        : { lostPerQuietMinute: rounded(await lossesPerMinute(timing, quietSeconds), 2) };
    rows.push({ ...rowOf(preset, "real processes", real.failoverMs, real.pauses), ...quiet });
  }
  return rows;
}

function rowOf(
  preset: string,
  of: string,
  failoverMs: readonly number[],
  pauses: ReadonlyMap<number, PausesMeasured>,
): Row {
  const failover = quantiles(failoverMs);
  const next = quantiles([...pauses.values()].flatMap(({ nextLeaderMs }) => nextLeaderMs));
  return {
    bench: "presets",
    preset,
    of,
    failoverP50Ms: rounded(failover?.p50 ?? -1, 0),
    failoverP99Ms: rounded(failover?.p99 ?? -1, 0),
    ...Object.fromEntries(
      [...pauses].map(([pauseMs, { count, lostCount }]) => [
        `lostIn${pauseMs}MsPercent`,
        rounded((100 * lostCount) / count, 1),
      ]),
    ),
    nextLeaderP50Ms: rounded(next?.p50 ?? -1, 0),
  };
}
