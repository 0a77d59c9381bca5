import fc from "fast-check";
import { expect, it } from "vitest";
import { DeadlineHeap } from "../../../src/liveness/roster/deadline-heap.js";

it("a heap of deadlines gives each peer out when it is due, as a list of them would", () => {
  const anyStep = fc.record({
    peer: fc.integer({ min: 0, max: 19 }),
    atMs: fc.integer({ min: 0, max: 100 }),
    kind: fc.constantFrom("set", "set", "set", "remove", "take"),
  });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 200 }), (steps) => {
      const heap = new DeadlineHeap();
      heap.reserve(5);
      heap.reserve(20);
      const list = new Map<number, number>();
      for (const { peer, atMs, kind } of steps) {
        if (kind === "set") {
          heap.set(peer, atMs);
          list.set(peer, atMs);
        } else if (kind === "remove") {
          heap.remove(peer);
          list.delete(peer);
        } else {
          const due = [...list].filter(([, deadline]) => deadline <= atMs).map(([due]) => due);
          const taken: number[] = [];
          for (let next = heap.takeDue(atMs); next >= 0; next = heap.takeDue(atMs)) taken.push(next);
          expect(taken.sort((a, b) => a - b)).toEqual(due.sort((a, b) => a - b));
          for (const one of due) list.delete(one);
        }
        expect(heap.of(peer)).toBe(list.get(peer) ?? Number.POSITIVE_INFINITY);
        expect(heap.earliestMs()).toBeLessThanOrEqual(Math.min(...list.values()));
      }
    }),
  );
});
