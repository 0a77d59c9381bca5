import type { Item } from "../run/scene.js";
import { bandPx } from "./draw-lanes.js";
import { drawnMessages, segmentOf } from "./draw-messages.js";
import { axisPx, type Layout } from "./layout.js";
import type { Stage } from "./stage.js";

const nearPx = 6;

/** What lies under a point of the diagram: a message, else a lease, a pause, a role, or a fault. */
export function itemAt(stage: Stage, layout: Layout, x: number, y: number): Item | null {
  if (x < layout.gutterPx) return null;
  const message = messageAt(stage, layout, x, y);
  if (message !== null) return { what: "message", index: message };
  const { recording } = stage.scene;
  const atMs = layout.msAt(x);
  const node = Math.floor((y - layout.lanesPx) / layout.lanePx);
  if (node < 0 || node >= recording.nodes.length) return y > axisPx ? faultAt(stage, atMs, null) : null;
  const belowPx = y - layout.y(node);
  const covers = (span: { node: number; fromMs: number; untilMs: number }) =>
    span.node === node && span.fromMs <= atMs && atMs < span.untilMs;
  if (belowPx > bandPx / 2 && belowPx < bandPx / 2 + 9) {
    const lease = recording.leases.findIndex(covers);
    if (lease >= 0) return { what: "lease", index: lease };
  }
  if (Math.abs(belowPx) <= bandPx / 2 + 3) {
    const pause = recording.pauses.findIndex(covers);
    if (pause >= 0 && Math.abs(belowPx) > bandPx / 2) return { what: "pause", index: pause };
    return { what: "role", node, index: stage.scene.roleIndexAt(node, atMs) };
  }
  return faultAt(stage, atMs, node) ?? { what: "role", node, index: stage.scene.roleIndexAt(node, atMs) };
}

function faultAt(stage: Stage, atMs: number, node: number | null): Item | null {
  const { faults, endMs } = stage.scene.recording;
  // A moment is easier to point at when it is a little longer.
  const slackMs = stage.view.lengthMs / 200;
  const index = faults.findLastIndex(
    ({ fromMs, untilMs, nodes }) =>
      fromMs - slackMs <= atMs &&
      atMs < (untilMs ?? endMs) + slackMs &&
      (node === null || nodes.length === 0 || nodes.includes(node)),
  );
  return index < 0 ? null : { what: "fault", index };
}

function messageAt(stage: Stage, layout: Layout, x: number, y: number): number | null {
  let nearest: number | null = null;
  let nearestPx = nearPx;
  for (const index of drawnMessages(stage, layout).drawn) {
    const { x1, y1, x2, y2 } = segmentOf(stage, layout, index);
    if (x < Math.min(x1, x2) - nearPx || x > Math.max(x1, x2) + nearPx) continue;
    if (y < Math.min(y1, y2) - nearPx || y > Math.max(y1, y2) + nearPx) continue;
    const lengthSquared = (x2 - x1) ** 2 + (y2 - y1) ** 2 || 1;
    const along = Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / lengthSquared));
    const distancePx = Math.hypot(x - (x1 + along * (x2 - x1)), y - (y1 + along * (y2 - y1)));
    if (distancePx >= nearestPx) continue;
    nearestPx = distancePx;
    nearest = index;
  }
  return nearest;
}
