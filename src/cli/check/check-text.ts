import { styleText } from "node:util";
import type { BackendStatus, ChecksEvent, ChecksStatus } from "../../liveness/index.js";
import { printable } from "../../printable.js";
import { textTable } from "../../report/text/text-table.js";

/** The colour of a state. */
export type Paint = (style: "green" | "red" | "yellow" | "dim", text: string) => string;

/** Paints, or leaves as it is. */
export function painter(coloured: boolean): Paint {
  return (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text);
}

/** A row a backend: its state, its credit as a bar, its last probe, and whether it is used. */
export function checksTable(status: ChecksStatus, paint: Paint): string {
  const top = status.rise + status.fall - 1;
  const rows = status.backends.map((backend) => [
    backend.id,
    stateOf(backend),
    `${"■".repeat(backend.credit)}${"·".repeat(top - backend.credit)}`,
    lastOf(backend),
    backend.last === null ? "-" : `${Math.round(backend.last.latencyMs)} ms`,
    usedOf(backend),
  ]);
  const [head = "", ...lines] = textTable([
    ["backend", "state", "credit", "last probe", "took", "used"],
    ...rows,
  ])
    .split("\n")
    .slice(0, -1);
  const coloured = lines.map((line, index) => paint(colourOf(status.backends[index] as BackendStatus), line));
  return `${[paint("dim", head), ...coloured].join("\n")}\n${sumOf(status)}\n`;
}

/** One line on how many are used. */
export function sumOf({ panics, usable, backends }: ChecksStatus): string {
  const used = `${usable.length} of ${backends.length} used`;
  return panics ? `${used}: panic, too few are well` : used;
}

/** The sentence of a change; null for what is none. */
export function changeText(event: ChecksEvent): string | null {
  switch (event.kind) {
    case "probed":
      return null;
    case "up":
      return `${event.id} is up`;
    case "down":
      return printable(`${event.id} is down: ${event.reason}`);
    case "ejected":
      return `${event.id} is ejected for ${Math.round(event.forMs / 1000)} s: requests to it fail`;
    case "returned":
      return `${event.id} is ejected no longer`;
    case "draining":
      return `${event.id} ${event.draining ? "drains" : "drains no longer"}`;
    case "added":
      return `${event.id} is checked`;
    case "removed":
      return `${event.id} is checked no longer`;
    case "panic":
      return event.panics
        ? `panic: ${event.wellCount} of ${event.ofCount} are well, all are used`
        : `panic is over: ${event.wellCount} of ${event.ofCount} are well`;
  }
}

function stateOf({ up, draining, ejectedForMs, last }: BackendStatus): string {
  const state = last === null ? "not probed" : up ? "up" : "down";
  return draining ? `${state}, drains` : ejectedForMs === null ? state : `${state}, ejected`;
}

function lastOf({ last }: BackendStatus): string {
  return last === null ? "-" : last.ok ? "passed" : printable(last.reason).slice(0, 60);
}

function usedOf({ usable, weight }: BackendStatus): string {
  return usable ? (weight === 1 ? "yes" : `${Math.round(100 * weight)} %`) : "no";
}

function colourOf({ up, usable, credit, last }: BackendStatus): "green" | "red" | "yellow" | "dim" {
  if (last === null) return "dim";
  if (!up) return "red";
  return usable && last.ok && credit > 0 ? "green" : "yellow";
}
