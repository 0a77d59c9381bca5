import { expect } from "vitest";
import { LeaderRig } from "../support/leader-rig.js";
import { claimsOf } from "./claim.js";

/** Who gets a shard, and when it is free: W8 to W10. */
export const owning = claimsOf({
  "W8: a revoked shard is not free while the promise that stood then lasts"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    leader.beat("a");
    leader.nowMs += 100;
    leader.beat("b");
    leader.tell({ kind: "drain", id: "a", draining: true });
    const held = [{ shard: "0", token: leader.tokenOf("0") }];
    // It still drains, and its beats make no new promise for what was revoked.
    for (const atMs of [1300, 1600, 1900]) {
      leader.until(atMs);
      leader.beat("a", { held });
      leader.beat("b");
      expect(leader.ownerOf("0")).toBe("a.1");
    }
    leader.until(2000);
    expect(leader.ownerOf("0")).toBe("b.1");
  },
  "W8: a beat without the shard frees it only if the assignment without it was seen"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    leader.beat("a");
    leader.beat("b");
    const { version } = leader.grants.get("a.1") as { version: number };
    leader.tell({ kind: "drain", id: "a", draining: true });
    leader.beat("a", { held: [], seen: version });
    expect(leader.ownerOf("0")).toBe("a.1");
    leader.beat("a", { held: [] });
    expect(leader.ownerOf("0")).toBe("b.1");
  },
  "W8: a shard that drains is not free, though the assignment without it was seen"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    leader.beat("a");
    leader.beat("b");
    leader.tell({ kind: "drain", id: "a", draining: true });
    leader.beat("a", { held: [{ shard: "0", token: leader.tokenOf("0") }] });
    expect(leader.ownerOf("0")).toBe("a.1");
  },
  "W8: another life of a worker frees nothing"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    leader.beat("a");
    leader.beat("a", { boot: "a.2" });
    leader.until(1999);
    expect(leader.ownerOf("0")).toBe("a.1");
    leader.beat("a", { boot: "a.2" });
    leader.until(2000);
    expect(leader.ownerOf("0")).toBe("a.2");
  },
  "W9: the tokens of a shard rise with its owners, and with the term"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"], retryMs: 0 }).leadAfterGrace(7);
    const tokens: number[] = [];
    leader.beat("a");
    for (let round = 0; round < 3; round++) {
      tokens.push(leader.tokenOf("0"));
      leader.beat("a", { held: leader.heldBy("a"), releases: ["0"] });
      leader.beat("a");
    }
    expect(tokens).toEqual([1, 2, 3].map((n) => 7 * 2 ** 20 + n));
    leader.leadAfterGrace(8);
    leader.beat("a");
    expect(leader.tokenOf("0")).toBe(8 * 2 ** 20 + 1);
  },
  "W9: a shard that nobody wanted for a while has no lower token when it is wanted again"(rules) {
    const leader = new LeaderRig(rules, { maxIdleShards: 0 }).leadAfterGrace();
    leader.beat("a", { wants: ["x"] });
    const token = leader.tokenOf("x");
    leader.beat("a", { wants: [], held: [{ shard: "x", token }] });
    leader.beat("a", { wants: [] });
    expect(leader.assigner.table?.shards.has("x")).toBe(false);
    leader.beat("a", { wants: ["x"] });
    expect(leader.tokenOf("x")).toBeGreaterThan(token);
  },
  "W9: no version is used twice in a term, not even for a worker that was forgotten"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"], forgetAfterMs: 0 }).leadAfterGrace();
    leader.beat("a");
    const before = leader.grants.get("a.1")?.version ?? 0;
    leader.until(5000);
    expect(leader.assigner.table?.workers.size).toBe(0);
    leader.beat("a");
    leader.beat("b");
    const after = [leader.grants.get("a.1")?.version ?? 0, leader.grants.get("b.1")?.version ?? 0];
    expect(new Set([before, ...after]).size).toBe(3);
    expect(Math.min(...after)).toBeGreaterThan(before);
  },
  "W9: a shard whose tokens are used up is not given again in its term"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    const { table } = leader.assigner;
    if (table !== null) table.forgottenOwners = 2 ** 20 - 1;
    leader.beat("a");
    expect(leader.ownerOf("0")).toBeNull();
    expect(leader.kinds("refused")).toHaveLength(1);
  },
  "W9: fixed shards are spread evenly over the capacities of the fit workers"(rules) {
    const leader = new LeaderRig(rules, { shards: Array.from({ length: 12 }, (_, at) => `${at}`) });
    leader.lead(1);
    leader.until(900);
    leader.beat("a");
    leader.beat("b", { capacity: 2 });
    leader.until(1000);
    expect([leader.heldBy("a").length, leader.heldBy("b").length]).toEqual([4, 8]);
  },
  "W9: nothing goes to a worker that is suspected, leaves, is drained, or has no room"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).lead(1);
    leader.tell({ kind: "drain", id: "drained", draining: true });
    leader.beat("silent");
    leader.until(800);
    leader.beat("leaves", { leaving: true, held: [{ shard: "x", token: 1 }] });
    leader.beat("drained");
    leader.beat("full", { maxShards: 0 });
    leader.until(1000);
    expect(leader.ownerOf("0")).toBeNull();
    leader.beat("fit");
    expect(leader.ownerOf("0")).toBe("fit.1");
  },
  "W9: a wanted shard goes to a worker that wants it, the least loaded first, then the longest waiting"(
    rules,
  ) {
    const leader = new LeaderRig(rules, { shards: [] }).lead(1);
    leader.until(900);
    leader.beat("a", { wants: ["own", "x"] });
    leader.beat("b", { wants: ["x", "y"] });
    leader.beat("c", { wants: ["y", "x"] });
    leader.beat("d");
    leader.until(1000);
    expect(leader.ownerOf("own")).toBe("a.1");
    expect(leader.ownerOf("x")).toBe("b.1");
    expect(leader.ownerOf("y")).toBe("c.1");
  },
  "W9: a wanted shard goes to the next of those that want it within a beat of its release"(rules) {
    const leader = new LeaderRig(rules).leadAfterGrace();
    leader.beat("a", { wants: ["x"] });
    leader.beat("b", { wants: ["x"] });
    leader.beat("a", { wants: [], held: leader.heldBy("a") });
    leader.beat("a", { wants: [] });
    expect(leader.ownerOf("x")).toBe("b.1");
  },
  "W10: what a worker releases is not given to it again for a while"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"], retryMs: 700 }).leadAfterGrace();
    leader.beat("a");
    leader.beat("a", { held: leader.heldBy("a"), releases: ["0"] });
    leader.beating(["a"], 1690);
    expect(leader.ownerOf("0")).toBeNull();
    leader.beating(["a"], 1700);
    expect(leader.ownerOf("0")).toBe("a.1");
  },
  "W10: a worker that joins gets its share, one move at a time; wanted shards stay where they are"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0", "1", "2", "3"] }).leadAfterGrace();
    leader.beat("a", { wants: ["x"] });
    expect(leader.heldBy("a")).toHaveLength(5);
    leader.beat("b", { wants: ["x"] });
    leader.until(1300);
    expect(leader.kinds("revoked")).toHaveLength(1);
    for (let beats = 0; beats < 10; beats++)
      for (const id of ["a", "b"]) leader.beat(id, { wants: ["x"], held: leader.heldBy(id) });
    expect([leader.heldBy("a").length, leader.heldBy("b").length]).toEqual([3, 2]);
    expect(leader.ownerOf("x")).toBe("a.1");
    expect(leader.kinds("revoked")).toHaveLength(2);
  },
});
