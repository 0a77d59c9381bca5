import { expect } from "vitest";
import { heartbeat, heartbeatReply, voteReply, voteRequest } from "../support/messages.js";
import {
  aCandidate,
  aFollower,
  aFollowerOf,
  aLeader,
  aPreCandidate,
  founders,
  known,
} from "../support/nodes.js";
import { change, hearAll } from "../support/requests.js";
import { claim } from "./rule.js";

/** Rules 21 and 22: strangers, and members that lost their records. */
export const identity = [
  claim(
    "21. a sender outside the own configuration changes nothing and is answered notMember",
    (protocol) => {
      for (const node of [
        aFollowerOf(protocol, "b"),
        aPreCandidate(protocol),
        aCandidate(protocol),
        aLeader(protocol),
      ]) {
        const { configuration } = node.node.record;
        const before = structuredClone(node.node);
        const older = protocol.configurationOf(0, 0, founders("abcz"), []);
        const newer = protocol.configurationOf(9, 9, founders("abcz"), []);
        expect(node.hear("z", heartbeat(configuration, { term: 9 }))).toMatchObject({
          accepted: false,
          reason: "notMember",
        });
        expect(node.hear("z", heartbeat(older, { term: 9, configuration: older }))).toMatchObject({
          reason: "notMember",
        });
        for (const preVote of [true, false])
          for (const carried of [configuration, newer])
            expect(node.hear("z", voteRequest(carried, { term: 9, preVote }))).toMatchObject({
              reason: "notMember",
              configuration: null,
            });
        expect(node.hear("z", heartbeat(newer, { term: 9, configuration: newer }))).toMatchObject({
          reason: "notMember",
        });
        node.hear("z", { kind: "timeoutNow", term: node.term, waitMs: 0 });
        node.hear("z", voteReply({ term: 9, granted: false }));
        node.hear("z", heartbeatReply(node, { term: 9 }));
        expect(structuredClone({ ...node.node, inquiredAtMs: before.inquiredAtMs })).toEqual(before);
      }
    },
  ),
  claim(
    "21. told of a newer configuration by a sender it does not know, a node asks its members",
    (protocol) => {
      const node = aFollowerOf(protocol, "b");
      const newer = protocol.configurationOf(1, 2, founders("abcz"), []);
      const told = heartbeat(newer, { term: 2, configuration: newer });
      node.hear("z", told);
      const asked = node.sent("requestVote");
      expect(asked).toHaveLength(2);
      expect(asked[0]).toMatchObject({
        preVote: true,
        term: 0,
        configuration: node.node.record.configuration,
      });
      node.hear("z", { ...told, seq: 2 }, node.nowMs + 149);
      expect(node.sent("requestVote")).toHaveLength(0);
      node.hear("z", voteRequest(newer, { term: 3 }), node.nowMs + 150);
      expect(node.sent("requestVote")).toHaveLength(2);
      // An answer is a refusal that carries the newer one; from then on the sender is known.
      node.hear("c", voteReply({ term: 1, preVote: true, round: 0, granted: false, configuration: newer }));
      expect(node.node.record.configuration).toEqual(newer);
      expect(node.hear("z", { ...told, seq: 3 })).toMatchObject({ accepted: true });
    },
  ),
  claim("21. what it asks is refused by everybody, and moves nothing", (protocol) => {
    const asker = aFollower(protocol);
    const newer = protocol.configurationOf(1, 2, founders("abcz"), []);
    asker.hear("z", heartbeat(newer, { term: 2, configuration: newer }));
    const [inquiry] = asker.sent("requestVote");
    const node = aFollower(protocol, { id: "b", configuration: newer, met: ["a"] });
    const before = structuredClone(node.node);
    expect(node.hear("a", inquiry as never, node.nowMs + 500)).toMatchObject({
      granted: false,
      configuration: newer,
    });
    const { nowMs } = node;
    expect(structuredClone(node.node)).toEqual({ ...before, heardMemberAtMs: nowMs, steppedAtMs: nowMs });
  }),
  claim(
    "21. only one that no member answers believes a sender it does not know, over a proven link",
    (protocol) => {
      const clusterId = "here";
      const own = protocol.configurationOf(1, 1, founders("abc"), [], clusterId);
      const newer = protocol.configurationOf(5, 9, [known("a"), known("y"), known("z")], [], clusterId);
      const told = heartbeat(newer, { term: 5, configuration: newer });
      const waited = (
        how: { readonly heard?: boolean; readonly authenticated?: boolean },
        message = told,
      ) => {
        const node = aFollower(protocol, { configuration: own });
        node.authenticated = how.authenticated ?? true;
        const startedAtMs = node.nowMs;
        if (how.heard === true)
          node.hear("c", voteRequest(own, { preVote: true, term: 0 }), startedAtMs + 10);
        return node.hear("z", message, startedAtMs + 300);
      };
      expect(waited({})).toMatchObject({ accepted: true });
      expect(waited({ heard: true })).toMatchObject({ reason: "notMember" });
      expect(waited({ authenticated: false })).toMatchObject({ reason: "notMember" });
      const foreign = protocol.configurationOf(5, 9, [known("a"), known("y"), known("z")], [], "elsewhere");
      expect(waited({}, heartbeat(foreign, { term: 5, configuration: foreign }))).toMatchObject({
        reason: "notMember",
      });
      const without = protocol.configurationOf(5, 9, [known("a"), known("y")], [], clusterId);
      expect(waited({}, heartbeat(without, { term: 5, configuration: without }))).toMatchObject({
        reason: "notMember",
      });
    },
  ),
  claim("21. whatever a member says keeps a node from believing a stranger", (protocol) => {
    const own = protocol.configurationOf(1, 1, founders("abc"), [], "here");
    const foreign = protocol.configurationOf(9, 9, [known("z")], [], "here");
    const told = heartbeat(foreign, { term: 9, configuration: foreign });
    const leader = aLeader(protocol, { configuration: own });
    leader.authenticated = true;
    const answeredAtMs = leader.nowMs + 1000;
    leader.hear("b", heartbeatReply(leader, { accepted: false, reason: "staleTerm" }), answeredAtMs);
    leader.hear("c", voteReply({ term: leader.term + 1, granted: false }), answeredAtMs);
    expect(leader.roleName).toBe("follower");
    expect(leader.hear("z", told, answeredAtMs + 299)).toMatchObject({ reason: "notMember" });
    expect(leader.hear("z", told, answeredAtMs + 300)).toMatchObject({ accepted: true });
    const { term } = aLeader(protocol, { configuration: own });
    for (const said of [
      { kind: "timeoutNow", term: term - 5, waitMs: 0 },
      { kind: "leaderNotice", term: term - 5, seq: 1, leads: false, metadata: null },
    ] as const) {
      const node = aFollower(protocol, { configuration: own });
      node.authenticated = true;
      const saidAtMs = node.nowMs + 200;
      node.hear("b", said, saidAtMs);
      expect(node.hear("z", told, saidAtMs + 299)).toMatchObject({ reason: "notMember" });
    }
  }),
  claim("21. a member that was never met is no stranger", (protocol) => {
    const own = protocol.configurationOf(1, 1, founders("abc"), [], "here");
    const newer = protocol.configurationOf(1, 2, founders("abc"), [], "here");
    const node = aFollower(protocol, { configuration: own, met: [] });
    node.authenticated = true;
    node.hear("b", voteRequest(newer, { term: 5 }), node.nowMs + 400);
    expect(node.node.record.configuration).toEqual(own);
  }),
  claim("21. a configuration of another cluster is not taken, whoever carries it", (protocol) => {
    const own = protocol.configurationOf(1, 1, founders("abc"), [], "here");
    const foreign = protocol.configurationOf(5, 9, founders("abc"), [], "elsewhere");
    const node = aFollower(protocol, { configuration: own });
    node.hear("b", heartbeat(foreign, { term: 5, configuration: foreign }));
    node.hear("c", voteReply({ term: 5, granted: false, configuration: foreign }));
    expect(node.node.record.configuration).toEqual(own);
  }),
  claim(
    "21. a joiner learns from a proven sender, from whom its settings name, or of the cluster they name",
    (protocol) => {
      const configuration = protocol.configurationOf(1, 4, founders("abc"), [known("d")], "here");
      const told = heartbeat(configuration, { term: 2, configuration });
      const joined = (arrival: Parameters<typeof protocol.joining>, authenticated: boolean) => {
        const node = aFollower(protocol, { id: "d", configuration: protocol.nobody, term: 0, met: [] });
        node.node.arrival = protocol.joining(...arrival);
        node.authenticated = authenticated;
        node.hear("b", told);
        return node.node.record.configuration === configuration;
      };
      expect(joined([], true)).toBe(true);
      expect(joined([], false)).toBe(false);
      expect(joined([["b"]], false)).toBe(true);
      expect(joined([["c"]], false)).toBe(false);
      expect(joined([[], "here"], false)).toBe(true);
      expect(joined([["c"], "here"], false)).toBe(false);
      expect(joined([["b"], "elsewhere"], false)).toBe(false);
      expect(joined([[], "elsewhere"], true)).toBe(false);
    },
  ),
  claim(
    "21. equal term and version with other members changes nothing: configurationMismatch",
    (protocol) => {
      const node = aFollower(protocol);
      const other = protocol.foundingConfiguration(founders("ab"));
      const before = structuredClone(node.node);
      expect(node.hear("b", voteRequest(other, { term: 5 }))).toMatchObject({
        reason: "configurationMismatch",
        term: 1,
      });
      expect(node.hear("b", heartbeat(other, { term: 5, configuration: other }))).toMatchObject({
        reason: "configurationMismatch",
        accepted: false,
        term: 1,
      });
      expect(structuredClone(node.node)).toEqual(before);
    },
  ),

  claim(
    "22. a known id with another incarnation changes nothing, is answered amnesiac and reported",
    (protocol) => {
      for (const node of [
        aFollowerOf(protocol, "b"),
        aPreCandidate(protocol),
        aCandidate(protocol),
        aLeader(protocol),
      ]) {
        const { configuration } = node.node.record;
        const before = structuredClone(node.node);
        expect(node.hear("c", heartbeat(configuration, { term: 9 }), node.nowMs, "c-2")).toMatchObject({
          reason: "amnesiac",
        });
        for (const preVote of [true, false])
          expect(
            node.hear("c", voteRequest(configuration, { term: 9, preVote }), node.nowMs, "c-2"),
          ).toMatchObject({
            granted: false,
            reason: "amnesiac",
          });
        node.hear("c", { kind: "timeoutNow", term: node.term, waitMs: 0 }, node.nowMs, "c-2");
        node.hear("c", voteReply({ round: node.node.round, term: node.term }), node.nowMs, "c-2");
        node.hear("c", heartbeatReply(node), node.nowMs, "c-2");
        expect([...node.node.amnesiacs]).toEqual(["c"]);
        expect(structuredClone({ ...node.node, amnesiacs: new Set() })).toEqual(before);
      }
    },
  ),
  claim("22. the incarnations of members met are durable", (protocol) => {
    const node = aFollower(protocol, { met: [] });
    node.hear("b", voteRequest(node.node.record.configuration));
    const again = node.restart(node.nowMs + 1000);
    const request = voteRequest(again.node.record.configuration, { term: 5 });
    expect(again.hear("b", request, again.nowMs, "b-2")).toMatchObject({ reason: "amnesiac" });
  }),
  claim("22. a configuration's incarnation replaces what was remembered", (protocol) => {
    const node = aFollowerOf(protocol, "b");
    const again = protocol.configurationOf(1, 3, founders("ab"), [known("c", "c-2")]);
    node.hear("c", voteRequest(node.node.record.configuration), node.nowMs, "c-2");
    node.hear("b", heartbeat(again, { seq: 2, configuration: again }));
    expect(node.node.amnesiacs.size).toBe(0);
    const request = voteRequest(again, { term: 5, preVote: true });
    expect(node.hear("c", request, node.nowMs + 500, "c-2")).toMatchObject({ granted: true });
    expect(node.hear("c", request, node.nowMs + 500, "c-1")).toMatchObject({ reason: "amnesiac" });
  }),
  claim(
    "22. an observer is added with its incarnation, and nobody changes incarnation while it votes",
    (protocol) => {
      const leader = aLeader(protocol);
      expect(change(leader, founders("abc"), founders("d"))).toBe("incarnationUnknown");
      expect(change(leader, [...founders("ab"), known("c", "c-2")])).toBe("incarnationChanged");
      expect(change(leader, founders("abc"), [known("d")])).toBeNull();
      hearAll(leader, "bcd");
      expect(change(leader, [...founders("abc"), known("d", "d-2")])).toBe("incarnationChanged");
    },
  ),
  claim("22. a member that was removed is reported no longer", (protocol) => {
    const leader = aLeader(protocol);
    leader.hear("c", heartbeatReply(leader), leader.nowMs, "c-2");
    expect([...leader.node.amnesiacs]).toEqual(["c"]);
    change(leader, founders("ab"));
    expect(leader.node.amnesiacs.size).toBe(0);
  }),
  claim("22. a link tells who is at its other end, and that is remembered", (protocol) => {
    const node = aFollower(protocol, { met: [] });
    node.tell({ kind: "connected", from: "c", incarnation: "c-1" });
    expect(node.node.durable.incarnationsMet.get("c")).toBe("c-1");
    node.tell({ kind: "connected", from: "c", incarnation: "c-2" });
    node.tell({ kind: "connected", from: "z", incarnation: "z-1" });
    expect([...node.node.record.incarnationsMet.keys()]).toEqual(["c"]);
    expect([...node.node.amnesiacs]).toEqual(["c"]);
  }),
];
