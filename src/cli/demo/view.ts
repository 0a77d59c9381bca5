import { styleText } from "node:util";
import { quantiles } from "../../quantiles.js";
import { textTable } from "../../report/text/text-table.js";
import type { DemoEvent } from "./event.js";
import type { Totals } from "./leadership-record.js";

/** How a replica is shown. */
type Look = "starts" | "follows" | "leads" | "killed" | "stopped";

const marks: Readonly<Record<Look, string>> = {
  starts: "○",
  follows: "·",
  leads: "●",
  killed: "✗",
  stopped: "‖",
};

type Style = Parameters<typeof styleText>[0];

/** Draws a demo line by line: the time, the term, a column for each replica, and what happened. */
export interface View {
  /** The line of an event, newline included; empty where there is nothing to see. */
  line(event: DemoEvent, sinceMs: number): string;
  /** The closing table. */
  totals(totals: Totals, kills: string): string;
}

/** What a line needs besides the columns of the replicas. */
const wideChars = 55;

/** A view with or without colours, so many characters wide. */
export function createView(coloured: boolean, widthChars: number): View {
  const looks = new Map<string, Look>();
  let term = 0;

  function paint(style: Style, text: string): string {
    return coloured ? styleText(style, text, { validateStream: false }) : text;
  }

  function isNarrow(): boolean {
    return widthChars < wideChars + 5 * looks.size;
  }

  function columns(): string {
    const [near, far] = isNarrow() ? ["", " "] : [" ", "  "];
    return [...looks].map(([id, look]) => paint(styleOf(look), `${id}${near}${marks[look]}`)).join(far);
  }

  /** Takes note of an event; gives what to say of it, or null. */
  function take(event: DemoEvent): string | null {
    switch (event.event) {
      case "begun":
        for (const id of event.replicas) looks.set(id, "starts");
        return `${event.replicas.length} processes start`;
      case "elected":
        for (const [id, look] of looks) if (look === "leads") looks.set(id, "follows");
        looks.set(event.id, "leads");
        term = event.term;
        return paint(
          ["green", "bold"],
          event.failoverMs === null
            ? `${event.id} leads`
            : `${event.id} leads after ${shown(event.failoverMs)}`,
        );
      case "lost":
        // One that was killed has told so already, one that woke as well.
        if (looks.get(event.id) !== "leads")
          return event.reason === "stopped" ? `${event.id} hands over` : null;
        looks.set(event.id, "follows");
        return `${event.id} leads no longer: ${event.reason}`;
      case "killed":
        looks.set(event.id, event.signal === "STOP" ? "stopped" : "killed");
        return paint("red", `SIG${event.signal} to ${event.id}`) + paint("dim", `  (${event.kill})`);
      case "restarted":
        looks.set(event.id, "starts");
        return `${event.id} starts again`;
      case "woke":
        looks.set(event.id, event.isLeader ? "leads" : "starts");
        return `${event.id} wakes: ${event.isLeader ? "leads" : "leads no longer"}`;
      case "follows": {
        const news = looks.get(event.id) === "starts";
        looks.set(event.id, "follows");
        term = Math.max(term, event.term);
        return news ? `${event.id} follows ${event.leader}` : null;
      }
      case "summary":
        return null;
    }
  }

  return {
    totals: totalsText,
    line(event, sinceMs) {
      const said = take(event);
      if (said === null) return "";
      const time = `${(sinceMs / 1000).toFixed(2).padStart(7)}s`;
      const head = isNarrow()
        ? `${time} ${String(term).padEnd(2)}`
        : `${time}  term ${String(term).padEnd(3)}`;
      const line = `${paint("dim", head)} ${columns()}  ${said}\n`;
      return event.event === "begun" ? introduction(event) + line : line;
    },
  };
}

function totalsText(totals: Totals, kills: string): string {
  const { failoversMs, leadersPerTermMax, termCount, leaseCount, leaseOverlapMs } = totals;
  const { min, p50, p90, max } = quantiles(failoversMs) ?? {};
  const table = textTable([
    ["", "min", "p50", "p90", "max"],
    ["failover", ...[min, p50, p90, max].map((ms) => (ms === undefined ? "-" : shown(ms)))],
  ]);
  return [
    `\n${failoversMs.length} new leaders after ${kills}\n\n${table}\n`,
    `leaders in a term   at most ${leadersPerTermMax}, in ${termCount} terms\n`,
    `leases overlapping  ${shown(leaseOverlapMs)}, of ${leaseCount} leases\n`,
  ].join("");
}

function introduction({ timing, folder, signal, kills }: Extract<DemoEvent, { event: "begun" }>): string {
  const legend = "○ starts  · follows  ● leads  ✗ killed  ‖ stopped";
  return `SIG${signal} to the leader, ${kills} ×, timing ${timing}\nvotes in ${folder}\n${legend}\n\n`;
}

function styleOf(look: Look): Style {
  switch (look) {
    case "leads":
      return ["green", "bold"];
    case "killed":
      return "red";
    case "stopped":
      return "yellow";
    case "starts":
    case "follows":
      return "dim";
  }
}

function shown(durationMs: number): string {
  return `${durationMs < 10 && durationMs > 0 ? durationMs.toFixed(1) : Math.round(durationMs)} ms`;
}
