import { startChild } from "../processes/child.js";
import { type Row, rounded } from "../report.js";

const modes = ["bare-loop", "steady", "steady-checked", "elections"] as const;

/** What is simulated. */
export type Mode = (typeof modes)[number];

/** What a child measured. */
export interface Speed {
  readonly kind: "speed";
  readonly eventsPerSecond: number;
  readonly electionsPerSecond: number;
}

/**
 * How fast one thread simulates, beside a bare loop of the same event queue, random numbers and a switch. Each mode has a process of its
 * own: code that was compiled for one would slow the next down.
 */
export async function simulator(nodeCount: number, eventCount: number): Promise<Row[]> {
  const rows: Row[] = [];
  let bareEventsPerSecond = Number.NaN;
  for (const mode of modes) {
    const child = startChild("./simulator-mode.js", [mode, String(nodeCount), String(eventCount)]);
    try {
      const { eventsPerSecond, electionsPerSecond } = await child.next<Speed>("speed", 600_000);
      if (mode === "bare-loop") bareEventsPerSecond = eventsPerSecond;
      rows.push({
        bench: "simulator",
        mode,
        nodes: nodeCount,
        eventsPerSecond: Math.round(eventsPerSecond),
        electionsPerSecond: Math.round(electionsPerSecond),
        ofBareLoop: rounded(eventsPerSecond / bareEventsPerSecond, 2),
      });
    } finally {
      await child.end();
    }
  }
  return rows;
}
