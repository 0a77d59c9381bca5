import { describe, expect, it } from "vitest";
import type { DemoEvent } from "../../../src/cli/demo/event.js";
import { createView } from "../../../src/cli/demo/view.js";

const record: readonly (readonly [number, DemoEvent])[] = [
  [
    0,
    {
      event: "begun",
      replicas: ["a", "b", "c"],
      kills: 1,
      signal: "STOP",
      timing: "lan",
      folder: "/tmp/raftbeat-demo-x",
    },
  ],
  [400, { event: "follows", id: "b", leader: "a", term: 1 }],
  [401, { event: "elected", id: "a", term: 1, failoverMs: null }],
  [402, { event: "follows", id: "c", leader: "a", term: 1 }],
  [2400, { event: "killed", id: "a", signal: "STOP", kill: 1 }],
  [2571, { event: "elected", id: "b", term: 2, failoverMs: 171.4 }],
  [2572, { event: "follows", id: "c", leader: "b", term: 2 }],
  [3500, { event: "woke", id: "a", stalledMs: 1099, isLeader: false }],
  [3501, { event: "lost", id: "a", term: 1, reason: "leaseExpired" }],
  [3550, { event: "follows", id: "a", leader: "b", term: 2 }],
];

function drawn(coloured: boolean, widthChars: number): string {
  const view = createView(coloured, widthChars);
  return record.map(([sinceMs, event]) => view.line(event, sinceMs)).join("");
}

describe("the view of a demo", () => {
  it("has a column for each replica, and says nothing twice", () => {
    expect(drawn(false, 100)).toBe(`SIGSTOP to the leader, 1 ×, timing lan
votes in /tmp/raftbeat-demo-x
○ starts  · follows  ● leads  ✗ killed  ‖ stopped

   0.00s  term 0   a ○  b ○  c ○  3 processes start
   0.40s  term 1   a ○  b ·  c ○  b follows a
   0.40s  term 1   a ●  b ·  c ○  a leads
   0.40s  term 1   a ●  b ·  c ·  c follows a
   2.40s  term 1   a ‖  b ·  c ·  SIGSTOP to a  (1)
   2.57s  term 2   a ‖  b ●  c ·  b leads after 171 ms
   3.50s  term 2   a ○  b ●  c ·  a wakes: leads no longer
   3.55s  term 2   a ·  b ●  c ·  a follows b
`);
  });

  it("fits into 50 characters", () => {
    for (const line of drawn(false, 50).split("\n")) expect(line.length).toBeLessThanOrEqual(50);
  });

  it("is coloured only where asked", () => {
    expect(drawn(false, 100)).not.toContain("\u001b");
    expect(drawn(true, 100)).toContain("\u001b[32m");
  });

  it("closes with the figures", () => {
    const totals = {
      failoversMs: [171.4, 99.6, 5.25],
      termCount: 4,
      leaseCount: 4,
      leadersPerTermMax: 1,
      leaseOverlapMs: 0,
    };
    expect(createView(false, 100).totals(totals, "3 × SIGKILL")).toBe(`
3 new leaders after 3 × SIGKILL

          min     p50     p90     max
failover  5.3 ms  100 ms  171 ms  171 ms

leaders in a term   at most 1, in 4 terms
leases overlapping  0 ms, of 4 leases
`);
  });
});
