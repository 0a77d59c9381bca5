import { describe, expect, it } from "vitest";
import { createRefusalLog } from "../../../src/transport/limits/refusal-log.js";
import type { LinkRefusal } from "../../../src/transport/wire/close-reason.js";

function aRefusal(more: Partial<LinkRefusal> = {}): LinkRefusal {
  return {
    reason: "badFrame",
    detail: "expected JSON",
    by: "self",
    peer: "a",
    remote: "10.0.0.1:5000",
    ...more,
  };
}

describe("the log of refusals", () => {
  it("tells of each kind once a minute, and counts every one", () => {
    let nowMs = 0;
    const told: number[] = [];
    const log = createRefusalLog({ nowMs: () => nowMs }, () => told.push(nowMs));
    for (; nowMs <= 120_000; nowMs += 10_000) log.note(aRefusal());
    expect(told).toEqual([0, 60_000, 120_000]);
    expect(log.counts()).toEqual({ badFrame: 13 });
  });

  it("takes the same host at another port for the same kind, and all else for another", () => {
    const told: LinkRefusal[] = [];
    const log = createRefusalLog({ nowMs: () => 0 }, (refusal) => told.push(refusal));
    const others: Partial<LinkRefusal>[] = [
      {},
      { remote: "10.0.0.2:5000" },
      { reason: "flood" },
      { by: "peer" },
      { peer: "b" },
      { peer: null },
    ];
    for (const other of others)
      for (const port of [5000, 5001]) {
        const { remote = "10.0.0.1:5000" } = other;
        log.note(aRefusal({ ...other, remote: remote.replace("5000", String(port)) }));
      }
    expect(told).toEqual(others.map((other) => aRefusal(other)));
  });

  it("tells of no more than 20 kinds a second", () => {
    let nowMs = 0;
    let toldCount = 0;
    const log = createRefusalLog({ nowMs: () => nowMs }, () => toldCount++);
    for (let index = 0; index < 100; index++) log.note(aRefusal({ peer: `p${index}` }));
    expect(toldCount).toBe(20);
    nowMs = 500;
    for (let index = 100; index < 200; index++) log.note(aRefusal({ peer: `p${index}` }));
    expect(toldCount).toBe(30);
    expect(log.counts()).toEqual({ badFrame: 200 });
  });

  it("notes the end of a connection only where it was refused", () => {
    const told: LinkRefusal[] = [];
    const log = createRefusalLog({ nowMs: () => 0 }, (refusal) => told.push(refusal));
    for (const reason of ["silent", "lost", "closed", "stopping", "replaced", "redundant"] as const)
      log.noteClose({ reason, detail: "x", by: "peer" }, "a", "10.0.0.1:5000");
    log.noteClose({ reason: "badFrame", detail: "expected JSON", by: "self" }, "a", "10.0.0.1:5000");
    expect(told).toEqual([aRefusal()]);
    expect(log.counts()).toEqual({ badFrame: 1 });
  });
});
