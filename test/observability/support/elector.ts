import type { Elector, MembershipChange } from "../../../src/elector/api.js";
import type { ElectorStatus } from "../../../src/elector/status.js";
import type { RaftbeatError } from "../../../src/errors.js";

/** An elector that is whatever the test says, and notes what it is asked for. */
export interface FakeElector {
  readonly elector: Elector;
  become(status: Partial<ElectorStatus>): void;
  /** What was asked for, in order. */
  readonly asked: (string | MembershipChange)[];
  /** From now on what is asked for is refused. */
  refuse(error: RaftbeatError): void;
}

/** A follower of b in term 3. */
export function fakeElector(): FakeElector {
  const member = (id: string) => ({ id, address: `ws://${id}:7400`, incarnation: null });
  let status: ElectorStatus = {
    cluster: "test",
    clusterId: "here",
    id: "a",
    role: "follower",
    term: 3,
    isLeader: false,
    leader: "b",
    leaderMetadata: "http://b",
    configurationId: { term: 3, version: 1, digest: "x" },
    voters: ["a", "b", "c"].map(member),
    observers: [],
    configurationCommitted: false,
    peers: ["b", "c"].map((id) => ({
      id,
      address: `ws://${id}:7400`,
      voter: true,
      connected: id === "b",
      amnesiac: false,
      problem: null,
    })),
    isolated: false,
    removed: false,
    contending: true,
    arbiter: false,
    whyNoLeader: null,
    survivableFailures: null,
    warnings: [],
  };
  let refusal: RaftbeatError | null = null;
  const asked: FakeElector["asked"] = [];
  const answer = async (what: string | MembershipChange): Promise<void> => {
    asked.push(what);
    if (refusal !== null) throw refusal;
  };
  const elector: Partial<Elector> = {
    id: "a",
    get isLeader() {
      return status.isLeader;
    },
    status: () => status,
    transfer: ({ to }) => answer(`transfer to ${to}`),
    resign: () => answer("resign"),
    reconfigure: (change) => answer(change),
  };
  return {
    elector: elector as Elector,
    asked,
    become(change) {
      status = { ...status, ...change };
    },
    refuse(error) {
      refusal = error;
    },
  };
}
