import type { Item, Scene } from "./scene.js";

/** Which events a list shows: all, or those without plain heartbeats and timers. */
export type Listed = "notable" | "all";

interface Sorted {
  readonly atMs: Float64Array;
  readonly items: readonly Item[];
}

/** All that happened, in the order of time. A message counts when it is sent. */
export function eventsOf(scene: Scene, listed: Listed): Sorted {
  const { roles, announcements, faults, pauses, timers, messages } = scene.recording;
  const found: { atMs: number; item: Item }[] = [];
  for (const [index, { fromMs }] of faults.entries())
    found.push({ atMs: fromMs, item: { what: "fault", index } });
  for (const [index, { fromMs }] of pauses.entries())
    found.push({ atMs: fromMs, item: { what: "pause", index } });
  for (const [index, { atMs }] of announcements.entries())
    found.push({ atMs, item: { what: "announcement", index } });
  for (const [node, spans] of roles.entries())
    for (const [index, { fromMs }] of spans.entries())
      if (fromMs > 0) found.push({ atMs: fromMs, item: { what: "role", node, index } });
  if (listed === "all")
    for (const [index, atMs] of timers.atMs.entries()) found.push({ atMs, item: { what: "timer", index } });
  for (const [index, atMs] of messages.sentMs.entries())
    if (listed === "all" || scene.isElection[index] === 1)
      found.push({ atMs, item: { what: "message", index } });
  found.sort((a, b) => a.atMs - b.atMs);
  return { atMs: Float64Array.from(found, ({ atMs }) => atMs), items: found.map(({ item }) => item) };
}
