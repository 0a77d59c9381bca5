import type { LeaseSpan } from "../../dist/cli/demo/lease-overlap.js";
import type { Heard } from "./cluster.js";

/**
 * Each lease from the moment it was told to the last moment known of it: its loss, or the end of its last extension. Milliseconds of the
 * machine-wide monotonic clock.
 */
export function leasesOf(heard: readonly Heard[]): LeaseSpan[] {
  const leases: { readonly id: string; readonly term: number; readonly fromMs: number; untilMs: number }[] =
    [];
  const open = new Map<string, (typeof leases)[number]>();
  for (const report of heard) {
    const lease = open.get(report.from);
    if (report.kind === "gained") {
      const fromMs = milliseconds(report.atNs);
      const gained = { id: report.from, term: report.term, fromMs, untilMs: fromMs };
      open.set(report.from, gained);
      leases.push(gained);
    } else if (report.kind === "lease" && lease?.term === report.term)
      lease.untilMs = milliseconds(report.untilNs);
    else if (report.kind === "lost" && lease !== undefined) {
      // What was told at the loss counts only where it ends the lease earlier: a stopped process tells late.
      lease.untilMs = Math.min(lease.untilMs, milliseconds(report.atNs));
      open.delete(report.from);
    } else if (report.kind === "started") open.delete(report.from);
  }
  return leases;
}

function milliseconds(ns: string): number {
  return Number(ns) / 1e6;
}
