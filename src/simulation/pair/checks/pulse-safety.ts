import type { Beat } from "../../../liveness/monitor-api.js";
import type { Report } from "../../checks/safety.js";
import { PairWatcher, type Party } from "../hosts/pair-watcher.js";

/** What a sum of rounded times may be off by, in intervals. */
const rounding = 1e-6;

/** Checks that a slot is an interval of its sender's clock, and that none is sent twice or after its time (P1, P2). */
export class PulseSafety extends PairWatcher {
  private readonly report: Report;
  private readonly beatMs: number;
  /** When each life began, by its sender's clock. */
  private readonly begun = new Map<string, number>();
  /** The newest slot of each life to each observer. */
  private readonly slots = new Map<string, number>();

  /** @param beatMs the interval of the senders */
  constructor(report: Report, beatMs: number) {
    super();
    this.report = report;
    this.beatMs = beatMs;
  }

  override sent(from: Party, to: Party, { boot, slot, leaving }: Beat): void {
    const nowMs = from.clock.nowMs();
    const begunMs = this.begun.get(boot) ?? nowMs;
    this.begun.set(boot, begunMs);
    const key = `${boot}>${to.id}`;
    const before = this.slots.get(key);
    this.slots.set(key, slot);
    // A goodbye repeats the slot of the last beat.
    if (leaving) return;
    if (before !== undefined && slot <= before)
      this.report("P1", `${from.id} sent slot ${slot} after slot ${before}`);
    // The phase of the grid is between none and one interval.
    const passed = (nowMs - begunMs) / this.beatMs;
    if (slot > passed + 1 + rounding || slot < Math.floor(passed - rounding))
      this.report("P1", `${from.id} sent slot ${slot} when ${passed.toFixed(3)} intervals had passed`);
  }
}
