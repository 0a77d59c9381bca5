import { expect } from "vitest";
import { LeaderRig, sent } from "../support/leader-rig.js";
import { claimsOf } from "./claim.js";

const shards = (count: number) => Array.from({ length: count }, (_, at) => `${at}`);
const names = (count: number) => Array.from({ length: count }, (_, at) => `w${at}`);

/** Silence, lives and farewells: W12 to W14. */
export const silence = claimsOf({
  "W12: a worker that is silent for its lease loses its shards, and no other worker loses any"(rules) {
    const leader = new LeaderRig(rules, { shards: shards(10) }).leadAfterGrace();
    leader.beating(names(5), 3000);
    const lost = leader.heldBy("w0").length;
    leader.told.length = 0;
    leader.beating(names(5).slice(1), 3990);
    expect(leader.kinds("given")).toEqual([]);
    leader.beating(names(5).slice(1), 4100);
    const given = leader.kinds("given");
    expect(given).toHaveLength(lost);
    expect(given.every((event) => event.kind === "given" && event.from === "w0.1")).toBe(true);
    expect(leader.kinds("revoked")).toEqual([]);
  },
  "W12: a worker that comes back before it is evicted has lost nothing"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"], holdMs: 1000 }).leadAfterGrace();
    leader.beat("a");
    leader.beating(["b"], 2900);
    expect(leader.kinds("lapsed")).toHaveLength(1);
    leader.beat("a");
    expect(leader.ownerOf("0")).toBe("a.1");
    expect(leader.grants.get("a.1")?.shards?.length ?? 1).toBe(1);
    expect(leader.kinds("given")).toHaveLength(1);
  },
  "W12: where most workers are silent at once nobody is evicted, for however long"(rules) {
    const leader = new LeaderRig(rules, { shards: shards(10) }).leadAfterGrace();
    leader.beating(names(10), 3000);
    leader.told.length = 0;
    leader.beating(names(10).slice(0, 3), 20_000);
    expect(leader.kinds("evicted")).toEqual([]);
    expect(leader.kinds("doubt")).toEqual([{ kind: "doubt", doubts: true }]);
    leader.beating(names(10), 21_000);
    expect(leader.kinds("given")).toEqual([]);
  },
  "W12: in a second no more workers of a zone are evicted than the brake admits"(rules) {
    const leader = new LeaderRig(rules, { shards: shards(40), evictionsPerSecond: 1 }).leadAfterGrace();
    leader.beating(names(20), 3000);
    leader.beating(names(20).slice(8), 5500);
    const evicted = leader.kinds("evicted").length;
    expect(evicted).toBeGreaterThan(0);
    expect(evicted).toBeLessThanOrEqual(3);
  },
  "W12: a leader that was held up, or did not lead, evicts nobody for that time"(rules) {
    for (const away of ["held up", "not leading"]) {
      const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
      leader.beating(["a", "b"], 3000);
      if (away === "not leading") {
        leader.leads = null;
        leader.tell({ kind: "leadership" });
      }
      leader.nowMs = 9000;
      leader.leads = 1;
      leader.tell(away === "held up" ? { kind: "attentive", jumped: false } : { kind: "leadership" });
      leader.until(9700);
      leader.beating(["a", "b"], 10_500);
      expect(leader.kinds("evicted"), away).toEqual([]);
    }
  },
  "W13: of two lives the one heard first last is fed, and the other is told so and revoked"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    leader.beat("a");
    leader.beat("a", { boot: "a.2" });
    leader.beat("a", { held: leader.heldBy("a") });
    expect(leader.grants.get("a.1")).toMatchObject({ superseded: true, shards: [] });
    leader.beat("a", { held: [] });
    expect(leader.ownerOf("0")).toBe("a.2");
    expect(leader.grants.get("a.2")?.superseded).toBe(false);
  },
  "W13: a life that was succeeded needs no leave of the brake, and counts for no failure"(rules) {
    const leader = new LeaderRig(rules, { shards: shards(6), evictionsPerSecond: 0 }).leadAfterGrace();
    leader.beating(names(3), 3000);
    while (leader.nowMs < 4200) {
      leader.until(leader.nowMs + 100);
      for (const id of names(3)) leader.beat(id, { boot: `${id}.2` });
    }
    expect(leader.kinds("evicted")).toHaveLength(3);
    expect(shards(6).map((shard) => leader.ownerOf(shard)?.slice(-2))).toEqual(Array(6).fill(".2"));
  },
  "W14: a worker that leaves hands over in two round trips, and is gone"(rules) {
    const leader = new LeaderRig(rules, { shards: ["0"] }).leadAfterGrace();
    leader.beat("a");
    leader.beat("b");
    expect(sent(leader.beat("a", { leaving: true, held: leader.heldBy("a"), releases: ["0"] }))).toEqual([
      "grant of 2 to a.1: ",
    ]);
    expect(sent(leader.beat("a", { leaving: true }))).toContain("grant of 1 to b.1: 0");
    expect(leader.kinds("left")).toHaveLength(1);
    expect(leader.assigner.table?.workers.has("a.1")).toBe(false);
    expect(leader.nowMs).toBe(1000);
  },
});
