import type { FaultBand } from "../../recording/run-data.js";
import type { Scene } from "../run/scene.js";
import type { Viewport } from "./viewport.js";

/** Where things are on the canvas, in CSS pixels. */
export interface Layout {
  readonly widthPx: number;
  readonly heightPx: number;
  /** What the names of the nodes take on the left. */
  readonly gutterPx: number;
  /** The top of the first lane; above it are the axis and the names of faults. */
  readonly lanesPx: number;
  readonly lanePx: number;
  readonly faultRows: number;
  readonly x: (atMs: number) => number;
  /** The middle of a node's lane. */
  readonly y: (node: number) => number;
  readonly msAt: (x: number) => number;
}

/** The height of the axis. */
export const axisPx = 22;
/** The height of one row with names of faults. */
export const faultRowPx = 17;
/** What the time of the instant takes below the lanes. */
export const instantPx = 18;
/** More names of faults than these leave too little room for the lanes. */
const mostFaultRows = 5;

/** Lays the diagram out for a width. */
export function layoutOf(scene: Scene, view: Viewport, widthPx: number): Layout {
  const { nodes, parts, voterCount, faults } = scene.recording;
  const longest = Math.max(...nodes.map((id) => id.length));
  const hasObservers = voterCount < nodes.length;
  const longestPart = Math.max(
    hasObservers ? "observer".length : 0,
    ...parts.map((part) => part?.length ?? 0),
  );
  const gutterPx = Math.min(Math.max(34, 14 + longest * 8, 10 + longestPart * 6), Math.floor(widthPx / 4));
  const faultRows = Math.min(mostFaultRows, Math.max(Math.min(3, faults.length), mostAtOnce(faults)));
  const lanePx = nodes.length <= 5 ? 52 : nodes.length <= 9 ? 40 : 28;
  const lanesPx = axisPx + faultRows * faultRowPx + 4;
  const plotPx = Math.max(1, widthPx - gutterPx);
  return {
    widthPx,
    heightPx: lanesPx + lanePx * nodes.length + instantPx,
    gutterPx,
    lanesPx,
    lanePx,
    faultRows,
    x: (atMs) => gutterPx + ((atMs - view.fromMs) / view.lengthMs) * plotPx,
    y: (node) => lanesPx + lanePx * (node + 0.5),
    msAt: (x) => view.fromMs + ((x - gutterPx) / plotPx) * view.lengthMs,
  };
}

/** How many faults last at the same time, where most do. */
function mostAtOnce(faults: readonly FaultBand[]): number {
  const lasting = (atMs: number) =>
    faults.filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < (untilMs ?? Number.POSITIVE_INFINITY));
  return Math.max(0, ...faults.slice(0, 200).map(({ fromMs }) => lasting(fromMs).length));
}
