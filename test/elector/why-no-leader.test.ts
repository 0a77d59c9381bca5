import { describe, expect, it } from "vitest";
import type { Obstacle } from "../../src/elector/leadership/eligibility.js";
import type { LastRefusal, Outlook } from "../../src/elector/outlook/outlook.js";
import { whyNoLeader } from "../../src/elector/outlook/why-no-leader.js";
import * as protocol from "../../src/protocol/index.js";
import { heartbeat } from "../protocol/support/messages.js";
import {
  type Actor,
  aCandidate,
  aFollower,
  aFollowerOf,
  aNewLeader,
  founders,
  known,
} from "../protocol/support/nodes.js";

interface Seen {
  readonly linked?: string;
  readonly problems?: Readonly<Record<string, string>>;
  readonly refusals?: Readonly<Record<string, LastRefusal>>;
  readonly deaf?: string;
  readonly obstacles?: readonly Obstacle[];
}

function why(
  { node }: Actor,
  { linked = "", problems = {}, refusals = {}, deaf = "", obstacles = [] }: Seen = {},
) {
  const outlook: Outlook = {
    nowMs: () => 0,
    isConnected: (id) => linked.includes(id),
    linkProblem: (id) => problems[id] ?? null,
    refusalOf: (id) => refusals[id] ?? null,
    isDeaf: (id) => deaf.includes(id),
    obstacles: () => obstacles,
  };
  return whyNoLeader(node, outlook);
}

const refusal = (reason: protocol.Refusal, leader: string | null = null): LastRefusal => ({ reason, leader });

describe("why there is no leader", () => {
  it("is nothing where there is one", () => {
    expect(why(aFollowerOf(protocol, "b"))).toBeNull();
  });

  it("names who is not reached, and each link's last problem", () => {
    expect(why(aFollower(protocol))).toBe(
      "2 of 3 voters are needed, and this node reaches none of the others: b (no link yet), c (no link yet)",
    );
    const problems = { c: "unreachable: ECONNREFUSED" };
    expect(why(aFollower(protocol), { linked: "b", problems })).toBe(
      "2 of 3 voters are needed, and this node reaches b but not c (unreachable: ECONNREFUSED); an election is under way",
    );
  });

  it("names who refuses and why, and who has a link and answers nothing", () => {
    const refusals = { b: refusal("configurationMismatch"), c: refusal("leaderAlive", "d") };
    expect(why(aCandidate(protocol), { linked: "bc", refusals })).toBe(
      "2 of 3 voters are needed, and this node reaches b, c; b refuses: it was started with other voters or absentFounders, and belongs to another cluster; give all founders the same, empty the store of the one that is wrong, and have it added again; c refuses: it follows d",
    );
    expect(why(aCandidate(protocol), { linked: "bc", refusals, deaf: "b" })).toMatch(
      /; b has a link and answers neither heartbeats nor requests for votes: .*MTU.*; c refuses/,
    );
  });

  it("has words for every reason to refuse", () => {
    for (const reason of protocol.refusals)
      expect(why(aCandidate(protocol), { linked: "b", refusals: { b: refusal(reason) } })).toMatch(
        /; b refuses: [a-z ]+/,
      );
  });

  it("says what keeps the node itself from leading", () => {
    const arbiter = aFollower(protocol);
    arbiter.node.arbiter = true;
    expect(why(arbiter, { linked: "bc" })).toBe(
      "this node is an arbiter: it votes and never leads; 2 of 3 voters are needed, and this node reaches b, c",
    );
    expect(why(aFollower(protocol), { linked: "bc", obstacles: ["unhealthy", "draining"] })).toMatch(
      /^this node does not campaign: its service is unhealthy, its service still drains; 2 of 3/,
    );
    const observer = aFollower(protocol, {
      id: "o",
      configuration: protocol.configurationOf(0, 1, founders("abc"), [known("o")]),
    });
    expect(why(observer)).toMatch(/^this node is an observer: it does not campaign; 2 of 3 voters/);
    expect(why(aNewLeader(protocol), { linked: "b" })).toMatch(
      /^this node was elected in term 2, and too few voters answer its heartbeats for a lease; 2 of 3/,
    );
  });

  it("is that the node waits, where it belongs to no cluster yet or no longer", () => {
    const joiner = aFollower(protocol, { id: "o", configuration: protocol.nobody });
    expect(why(joiner)).toBe(
      "this node waits to be added: no member of a running cluster that it believes has told it the members yet",
    );
    const removed = aFollower(protocol);
    removed.node.removed = true;
    expect(why(removed)).toBe("this node is no member any more: it was removed");
  });

  it("is that metadata are on their way, for a moment", () => {
    const node = aFollower(protocol);
    node.hear("b", heartbeat(node.node.record.configuration, { hasMetadata: true }));
    expect(why(node, { linked: "b" })).toMatch(/^this node hears b and waits to be told its metadata/);
    node.hear("b", { kind: "leaderNotice", term: 1, seq: 1, leads: true, metadata: "m" });
    expect(why(node)).toBeNull();
  });
});
