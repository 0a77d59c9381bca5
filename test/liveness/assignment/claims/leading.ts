import { expect } from "vitest";
import { createEngine } from "../../../../src/runtime/engine.js";
import { LeaderRig, sent } from "../support/leader-rig.js";
import { claimsOf } from "./claim.js";

/** What a leader may do, and when: W1 to W4, W6 and W7. */
export const leading = claimsOf({
  "W1: a step reads the clock, and then asks for the lead"(rules) {
    const asked: string[] = [];
    const assigner = rules.createAssigner(rules.resolveAssignment({}));
    const clock = {
      nowMs: () => 0 * asked.push("clock"),
      wallMs: () => 0,
      setTimer: () => {},
      clearTimer: () => {},
      afterPoll: () => {},
    };
    const core = rules.assignerCore(assigner, () => {
      asked.push("lead");
      return null;
    });
    const bounds = { stallMs: 50, checkMs: 50, windowMs: 1000 };
    const engine = createEngine(
      core,
      clock,
      bounds,
      () => {},
      () => {},
    );
    asked.length = 0;
    engine.tell({ kind: "leadership" });
    expect(asked.slice(0, 2)).toEqual(["clock", "lead"]);
    expect(asked.filter((what) => what === "lead")).toHaveLength(1);
  },
  "W1: a node that does not lead takes nothing and answers nothing"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    leader.beat("a");
    leader.leads = null;
    expect(leader.beat("a", { held: leader.heldBy("a"), term: 1 })).toEqual([]);
    expect(leader.beat("b", { term: 1 })).toEqual([]);
    expect(leader.assigner.table?.workers.size).toBe(1);
  },
  "W2: the step that finds the lead makes no table: its clock may have been read before"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] });
    leader.leads = 1;
    leader.tell({ kind: "leadership" });
    expect(leader.assigner.table).toBeNull();
    leader.nowMs = 700;
    leader.tell({ kind: "timer" });
    expect(leader.assigner.table?.graceUntilMs).toBe(1700);
  },
  "W2: a lead that comes back in its term goes on with its table, and another term begins anew"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    leader.beat("a");
    const token = leader.tokenOf("0");
    leader.leads = null;
    leader.tell({ kind: "leadership" });
    leader.nowMs += 200;
    leader.lead(1);
    expect([leader.ownerOf("0"), leader.tokenOf("0")]).toEqual(["a.1", token]);
    leader.lead(2);
    expect(leader.ownerOf("0")).toBeNull();
    expect(leader.assigner.table?.graceEnded).toBe(false);
  },
  "W3: a beat of another term changes nothing, and is answered with the term"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).lead(5);
    for (const term of [0, 4, 6]) {
      const held = [{ shard: "0", token: 1 }];
      expect(sent(leader.beat("a", { term, held }))).toEqual(["welcome 5 to a.1"]);
    }
    expect(leader.assigner.table?.workers.size).toBe(0);
    expect(leader.ownerOf("0")).toBeNull();
  },
  "W3: a seq counts once"(rules) {
    const leader = new LeaderRig(rules).lead(1);
    leader.beat("a", { seq: 5 });
    leader.nowMs = 500;
    expect(sent(leader.beat("a", { seq: 5 }))).toEqual([]);
    expect(sent(leader.beat("a", { seq: 4 }))).toEqual([]);
    expect(leader.assigner.table?.workers.get("a.1")?.promisedUntilMs).toBe(1000);
  },
  "W3: a life that the leader does not know has to say all of itself"(rules) {
    const leader = new LeaderRig(rules).lead(1);
    expect(sent(leader.beat("a", { noReport: true }))).toEqual(["welcome 1 to a.1"]);
    expect(sent(leader.beat("a"))).toEqual(["grant of 2 to a.1: "]);
    expect(sent(leader.beat("a", { noReport: true }))).toEqual(["grant of 3 to a.1: as seen"]);
  },
  "W4: a beat that is taken promises a lease from the leader's own instant on, and never less than before"(
    rules,
  ) {
    const leader = new LeaderRig(rules).lead(1);
    leader.nowMs = 300;
    leader.beat("a");
    expect(leader.assigner.table?.workers.get("a.1")?.promisedUntilMs).toBe(1300);
  },
  "W4: a newer assignment is pushed with the last seq taken, while the promise lasts"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0", "1"] }).lead(1);
    leader.nowMs = 900;
    leader.beat("a", { seq: 7 });
    leader.nowMs = 1000;
    expect(sent(leader.tell({ kind: "timer" }))).toEqual(["grant of 7 to a.1: 0,1"]);
  },
  "W6: in the grace period the first worker that names a shard keeps it, with its token"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).lead(5);
    leader.beat("a", { held: [{ shard: "0", token: 77 }] });
    leader.beat("b", { held: [{ shard: "0", token: 88 }] });
    expect([leader.ownerOf("0"), leader.tokenOf("0")]).toEqual(["a.1", 77]);
    expect(leader.grants.get("a.1")?.shards).toEqual([{ shard: "0", token: 77 }]);
    expect(leader.grants.get("b.1")?.shards).toEqual([]);
    expect(leader.kinds("refused")).toHaveLength(1);
  },
  "W6: after the grace period a worker that names a shard gets nothing for it"(rules) {
    const leader = new LeaderRig(rules, { maxIdleShards: 0 }).leadAfterGrace(5);
    leader.beat("a", { held: [{ shard: "0", token: 77 }] });
    expect(leader.ownerOf("0")).toBeNull();
    expect(leader.kinds("claimed")).toEqual([]);
  },
  "W6: a claim with a token that only this leader could have given is refused"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).lead(5);
    leader.beat("a", { held: [{ shard: "0", token: 5 * 2 ** 20 + 1 }] });
    expect(leader.ownerOf("0")).toBeNull();
  },
  "W7: nothing unknown is given in the grace period, not even a shard nobody has heard of"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).lead(3);
    leader.beating(["a"], 900, { wants: ["new"] });
    expect([leader.ownerOf("0"), leader.ownerOf("new")]).toEqual([null, null]);
    leader.beating(["a"], 1000, { wants: ["new"] });
    expect([leader.ownerOf("0"), leader.ownerOf("new")]).toEqual(["a.1", "a.1"]);
  },
  "W7: the first term has a grace period, too"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).lead(1);
    leader.beating(["a"], 900);
    expect(leader.ownerOf("0")).toBeNull();
  },
  "W7: a worker that was granted a longer lease makes the grace period as long"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).lead(3);
    leader.beating(["a"], 2400, { longestLeaseMs: 2500 });
    expect(leader.ownerOf("0")).toBeNull();
    leader.beating(["a"], 2500, { longestLeaseMs: 2500 });
    expect(leader.ownerOf("0")).toBe("a.1");
  },
  "W7: what is known to be free is given in the grace period"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).lead(3);
    leader.beat("b");
    leader.beat("a", { held: [{ shard: "0", token: 1 }], leaving: true });
    leader.beat("a", { leaving: true });
    expect(leader.ownerOf("0")).toBe("b.1");
    expect(leader.nowMs).toBe(0);
  },
});
