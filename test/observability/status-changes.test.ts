import { describe, expect, it } from "vitest";
import type { ElectorStatus } from "../../src/elector/status.js";
import { changesOf } from "../../src/observability/status-changes.js";

const member = (id: string) => ({ id, address: `ws://${id}`, incarnation: null });
const peer = { id: "b", address: "ws://b", voter: true, connected: true, amnesiac: false, problem: null };
const before: ElectorStatus = {
  cluster: "test",
  clusterId: "here",
  id: "a",
  role: "follower",
  term: 2,
  isLeader: false,
  leader: "c",
  leaderMetadata: null,
  configurationId: { term: 2, version: 1, digest: "x" },
  voters: ["a", "b", "c"].map(member),
  observers: [],
  configurationCommitted: false,
  peers: [peer],
  isolated: false,
  removed: false,
  contending: true,
  arbiter: false,
  whyNoLeader: null,
  survivableFailures: null,
  warnings: [],
};

describe("a new status", () => {
  it("tells once what changed: who leads, and who belongs", () => {
    const after = { ...before, term: 3, leader: "b", voters: before.voters.slice(0, 2) };
    expect(changesOf(before, after).map(({ event }) => event)).toEqual(["leader", "members"]);
    expect(changesOf(after, after)).toEqual([]);
  });

  it("leaves to the elector what that warns of by itself", () => {
    expect(changesOf(before, { ...before, peers: [{ ...peer, amnesiac: true, problem: null }] })).toEqual([]);
  });
});
