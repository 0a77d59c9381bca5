import { styleText } from "node:util";
import type { LivenessEvent, PeerLiveness, PeerStatus } from "../../liveness/index.js";
import { printable } from "../../printable.js";
import { durationText } from "../../settings/setting-values.js";

type Style = Parameters<typeof styleText>[0];

const styles: Readonly<Record<PeerStatus, Style>> = {
  unknown: "dim",
  alive: "green",
  suspect: "yellow",
  dead: "red",
  left: "dim",
};

/** The first to be shown where there is no room for all. */
const order: readonly PeerStatus[] = ["dead", "suspect", "unknown", "alive", "left"];

const barChars = 20;

/** The columns besides the names, and a space at the end. */
const otherChars = 8 + barChars + 11 + 8 + 4 * 2 + 1;

/** Shows what a monitor holds of its peers. */
export interface WatchView {
  /** The table: a line for each peer, as many as there is room for. */
  table(peers: readonly PeerLiveness[], doubts: boolean): string;
  /** One line for an event, newline included. */
  line(event: LivenessEvent, wallMs: number): string;
}

/**
 * A view with or without colours.
 * @param room how many lines a table may have, and how many characters each
 */
export function createWatchView(
  coloured: boolean,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): WatchView {
  const paint = (style: Style, text: string): string =>
    coloured ? styleText(style, text, { validateStream: false }) : text;

  function row(peer: PeerLiveness, idChars: number): string {
    const { id, status, level, silentMs, patience } = peer;
    const style = styles[status];
    const waits = status === "alive" || status === "unknown";
    const full = waits ? Math.min(barChars, Math.round(level * barChars)) : 0;
    const bar = waits ? "█".repeat(full).padEnd(barChars, "░") : "";
    const cells = [
      shortened(printable(id), idChars).padEnd(idChars),
      paint(style, status.padEnd(8)),
      paint(level >= 0.75 && waits ? "yellow" : style, bar.padEnd(barChars)),
      seconds(silentMs).padStart(11),
      String(patience).padStart(8),
    ];
    return `${cells.join("  ").trimEnd()}\n`;
  }

  return {
    table(peers, doubts) {
      const longest = Math.max(6, ...peers.map(({ id }) => id.length));
      const idChars = Math.max(6, Math.min(longest, columns - otherChars));
      const room = Math.max(1, rows - 3);
      const shown = peers.length <= room ? peers : [...peers].sort(byTrouble).slice(0, room);
      const head = `${"id".padEnd(idChars)}  ${"status".padEnd(8)}  ${"level".padEnd(barChars)}  ${"silent for".padStart(11)}  ${"patience".padStart(8)}`;
      const left = peers.length - shown.length;
      return [
        `${paint("dim", head)}\n`,
        ...shown.map((peer) => row(peer, idChars)),
        left > 0 ? paint("dim", `and ${left} more\n`) : "",
        doubts ? paint("yellow", "most are silent at once: nobody is declared dead\n") : "",
      ].join("");
    },
    line: (event, wallMs) => `${new Date(wallMs).toISOString()} ${sentence(event)}\n`,
  };
}

function byTrouble(one: PeerLiveness, other: PeerLiveness): number {
  return order.indexOf(one.status) - order.indexOf(other.status);
}

function sentence(event: LivenessEvent): string {
  switch (event.kind) {
    case "alive":
    case "restarted":
    case "left":
      return `${event.kind.padEnd(9)} ${printable(event.id)}`;
    case "suspect":
    case "dead": {
      const why = event.reason === "closed" ? "its connection broke" : "no beat came";
      return `${event.kind.padEnd(9)} ${printable(event.id)}, silent for ${seconds(event.silentMs)}: ${why}`;
    }
    case "flapping":
      return `flapping  ${printable(event.id)}, suspected wrongly again: ${event.patience} more pauses`;
    case "disruption":
      return `zone      ${printable(event.zone || "(no name)")}: ${event.mode === "normal" ? "heard again" : `${event.mode === "full" ? "all" : "most"} of it is silent`}`;
    case "doubt":
      return event.doubts
        ? "doubt     most are silent at once: nobody is declared dead"
        : "doubt     over: enough are heard again";
  }
}

function shortened(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}

function seconds(ms: number): string {
  if (ms < 100_000) return `${(ms / 1000).toFixed(1)} s`;
  return durationText(ms < 6_000_000 ? Math.round(ms / 1000) * 1000 : Math.round(ms / 60_000) * 60_000);
}
