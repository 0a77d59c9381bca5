import { expect } from "vitest";
import { sureMs, WorkerRig } from "../support/worker-rig.js";
import { claimsOf } from "./claim.js";

const x = { shard: "x", token: 7 };
const y = { shard: "y", token: 9 };

/** The worker's side: W5, W11, W14 and W15. */
export const working = claimsOf({
  "W5: a lease counts from when its beat was sent, less what both clocks may drift"(rules) {
    const worker = new WorkerRig(rules).in(1);
    const { atMs } = worker.last;
    worker.until(atMs + 100);
    worker.grant(1, [x]);
    expect(worker.leaseUntilMs("x")).toBeCloseTo(atMs + sureMs, 9);
    worker.until(atMs + sureMs - 1);
    expect(worker.isValid("x")).toBe(true);
    worker.until(atMs + sureMs);
    expect(worker.isValid("x")).toBe(false);
  },
  "W5: a shard that leaves the assignment keeps the lease it had, whatever is granted then"(rules) {
    const worker = new WorkerRig(rules).in(1);
    worker.grant(1, [x, y]);
    const untilMs = worker.leaseUntilMs("x");
    worker.until(worker.nowMs + 400);
    worker.grant(2, [y]);
    expect(worker.isValid("x")).toBe(false);
    expect(worker.worker.holdings.get("x")?.untilMs).toBe(untilMs);
    expect(worker.leaseUntilMs("y")).toBeGreaterThan(untilMs);
  },
  "W5: a grant of an older assignment changes nothing"(rules) {
    const worker = new WorkerRig(rules).in(1);
    worker.grant(5, [y]);
    const untilMs = worker.leaseUntilMs("y");
    worker.until(worker.nowMs + 400);
    worker.grant(4, [x, y]);
    expect(worker.isValid("x")).toBe(false);
    expect(worker.leaseUntilMs("y")).toBe(untilMs);
  },
  "W5: a grant of another term changes nothing, though its beat is remembered"(rules) {
    const worker = new WorkerRig(rules).in(2);
    worker.grant(1, [x], { term: 1 }).grant(1, [x], { term: 3 });
    expect(worker.isValid("x")).toBe(false);
  },
  "W5: a grant for a beat of an earlier term, or for one that was never sent, changes nothing"(rules) {
    const worker = new WorkerRig(rules).in(1);
    const { seq } = worker.last.beat;
    worker.in(2).grant(1, [x], { seq }).grant(1, [x], { seq: 99 });
    expect(worker.isValid("x")).toBe(false);
  },
  "W5: an assignment that came after its lease was over begins with the next lease"(rules) {
    const worker = new WorkerRig(rules).in(1);
    const { seq } = worker.last.beat;
    worker.until(worker.nowMs + 1000);
    worker.grant(1, [x], { seq });
    expect(worker.story).toEqual([]);
    worker.grant(1, null);
    expect(worker.story).toHaveLength(1);
    expect(worker.isValid("x")).toBe(true);
  },
  "W5: a shard whose lease ran out begins again with the next lease"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(1, [x]);
    worker.until(worker.nowMs + 1200);
    worker.tell({ kind: "ended", shard: "x" });
    worker.grant(1, null);
    expect(worker.story.map((line) => line.split(" ")[0])).toEqual(["begin", "stop", "begin"]);
  },
  "W5: a machine that slept has no lease, and forgets the beats from before"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(1, [x]);
    worker.tell({ kind: "attentive", jumped: true });
    expect(worker.isValid("x")).toBe(false);
    expect(worker.story.at(-1)).toContain("stop x suspended");
    worker.grant(1, [x], { seq: 1 }).grant(1, [x], { seq: 2 });
    expect(worker.worker.holdings.get("x")?.untilMs).toBe(Number.NEGATIVE_INFINITY);
  },
  "W5: a pause of the process ends no lease by itself"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(1, [x]);
    worker.tell({ kind: "attentive", jumped: false });
    expect(worker.isValid("x")).toBe(true);
  },
  "W11: a body is told to stop when its lease ends, at that instant"(rules) {
    const worker = new WorkerRig(rules).in(1);
    const { atMs } = worker.last;
    worker.grant(1, [x]).until(5000);
    expect(worker.story[1]).toBe(`stop x leaseExpired ${Math.round(atMs + sureMs)}`);
  },
  "W11: what drains is reported until its body has returned or its lease is over"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(1, [x]);
    worker.grant(2, []).until(worker.nowMs + 20);
    expect(worker.held()).toEqual(["x"]);
    worker.tell({ kind: "ended", shard: "x" });
    worker.until(worker.nowMs + 20);
    expect(worker.held()).toEqual([]);
    const slow = new WorkerRig(rules).in(1).grant(1, [x]);
    slow.grant(2, []).until(slow.nowMs + 1200);
    expect(slow.held()).toEqual([]);
  },
  "W11: what is only assigned, and has no lease any more, is not reported"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(1, [x]);
    worker.until(worker.nowMs + 20);
    expect(worker.held()).toEqual([]);
    worker.until(worker.nowMs + 400);
    expect(worker.held()).toEqual(["x"]);
    worker.tell({ kind: "ended", shard: "x" });
    worker.until(worker.nowMs + 1500);
    expect(worker.held()).toEqual([]);
  },
  "W11: no body begins before the last one of its shard has returned"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(1, [x]);
    worker.grant(2, []).grant(3, [{ shard: "x", token: 8 }]);
    expect(worker.story.map((line) => line.split(" ")[0])).toEqual(["begin", "stop"]);
    expect(worker.isValid("x")).toBe(false);
    worker.tell({ kind: "ended", shard: "x" });
    expect(worker.story.at(-1)).toContain("begin x with 8");
  },
  "W11: a body that goes on with an older token is stopped"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(1, [x]);
    worker.grant(3, [{ shard: "x", token: 8 }]);
    expect(worker.isValid("x")).toBe(false);
    expect(worker.story.at(-1)).toContain("stop x moved");
  },
  "W11: a shard that is released, or whose body returned, is not begun again with its token"(rules) {
    for (const kind of ["release", "ended"] as const) {
      const worker = new WorkerRig(rules).in(1).grant(1, [x]);
      worker.tell({ kind, shard: "x" });
      if (kind === "release") worker.tell({ kind: "ended", shard: "x" });
      worker.until(worker.nowMs + 20).grant(1, [x]);
      expect(worker.last.beat.report?.releases).toEqual(["x"]);
      expect(worker.isValid("x")).toBe(false);
      worker.grant(3, [{ shard: "x", token: 8 }]);
      expect(worker.isValid("x")).toBe(true);
    }
  },
  "W3: a report is left out only where the leader has it"(rules) {
    const worker = new WorkerRig(rules).in(1);
    worker.until(worker.nowMs + 400);
    expect(worker.last.beat.report).not.toBeNull();
    // The first grant tells of the longest lease, which the leader does not know of yet.
    worker.grant(1, []).until(worker.nowMs + 400);
    expect(worker.last.beat.report?.longestLeaseMs).toBe(1000);
    worker.grant(1, []).until(worker.nowMs + 400);
    expect(worker.last.beat.report).toBeNull();
    worker.tell({ kind: "want", shards: ["x"] });
    worker.until(worker.nowMs + 20);
    expect(worker.last.beat.report?.wants).toEqual(["x"]);
    worker.grant(1, []).until(worker.nowMs + 400);
    expect(worker.last.beat.report).toBeNull();
    worker.in(1);
    expect(worker.last.beat.report?.wants).toEqual(["x"]);
  },
  "W14: a worker that leaves is gone once the leader knows that it holds nothing"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(1, [x]);
    worker.tell({ kind: "leave" });
    expect(worker.story.at(-1)).toContain("stop x leaving");
    worker.tell({ kind: "ended", shard: "x" });
    worker.until(worker.nowMs + 20).grant(2, []);
    worker.until(worker.nowMs + 20);
    expect(worker.story.at(-1)).not.toContain("left");
    worker.grant(2, null);
    expect(worker.story.at(-1)).toContain("left");
    const beats = worker.beats.length;
    worker.until(worker.nowMs + 5000);
    expect(worker.beats).toHaveLength(beats);
  },
  "W15: a higher term is taken at once, and what is held stays until its lease ends"(rules) {
    const worker = new WorkerRig(rules).in(1).grant(4, [x]);
    worker.in(2);
    expect(worker.last.beat).toMatchObject({ term: 2, seen: 0 });
    expect(worker.last.beat.report?.held).toEqual([x]);
    expect(worker.isValid("x")).toBe(true);
    worker.grant(1, [x]);
    expect(worker.story).toHaveLength(1);
  },
  "W15: a lower term is taken only by a worker that holds nothing"(rules) {
    const worker = new WorkerRig(rules).in(5).grant(1, [x]);
    worker.tell({ kind: "welcome", term: 1 });
    expect(worker.worker.term).toBe(5);
    worker.until(worker.nowMs + 1500);
    worker.tell({ kind: "ended", shard: "x" });
    worker.tell({ kind: "welcome", term: 1 });
    expect(worker.worker.term).toBe(1);
  },
});
