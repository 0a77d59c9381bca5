import { expect } from "vitest";
import type { Member } from "../../../src/protocol/index.js";
import { heartbeat, heartbeatReply, voteReply, voteRequest } from "../../support/protocol-messages.js";
import {
  type Actor,
  aCandidate,
  aFollower,
  aFollowerOf,
  aLeader,
  aPreCandidate,
  founders,
  known,
} from "../../support/protocol-nodes.js";
import { claim } from "./claim.js";

/** Asks for new members; returns why it was turned down, or null. */
function change(leader: Actor, voters: readonly Member[], observers: readonly Member[] = []): string | null {
  const { term, version } = leader.node.record.configuration.id;
  const effects = leader.tell({
    kind: "reconfigure",
    request: 1,
    expected: { term, version },
    voters,
    observers,
  });
  const answer = effects.find((effect) => effect.kind === "answered");
  if (answer?.kind !== "answered") throw new Error("a request was not answered");
  return answer.refusal;
}

/** All these members answer its newest heartbeat. */
function hearAll(leader: Actor, ids: string): void {
  leader.nowMs += 1;
  for (const id of ids) leader.hear(id, heartbeatReply(leader));
}

/** Rules 21 and 22: strangers, and members that lost their records. */
export const identity = [
  claim("21. a sender in neither configuration changes nothing and is answered notMember", (protocol) => {
    for (const node of [
      aFollowerOf(protocol, "b"),
      aPreCandidate(protocol),
      aCandidate(protocol),
      aLeader(protocol),
    ]) {
      const { configuration } = node.node.record;
      const before = structuredClone(node.node);
      const older = protocol.configurationOf(0, 0, founders("abcz"), []);
      expect(node.hear("z", heartbeat(configuration, { term: 9 }))).toMatchObject({
        accepted: false,
        reason: "notMember",
      });
      expect(node.hear("z", heartbeat(older, { term: 9, configuration: older }))).toMatchObject({
        reason: "notMember",
      });
      for (const preVote of [true, false])
        expect(node.hear("z", voteRequest(configuration, { term: 9, preVote }))).toMatchObject({
          reason: "notMember",
        });
      node.hear("z", { kind: "timeoutNow", term: node.term, waitMs: 0 });
      node.hear("z", voteReply({ term: 9, granted: false }));
      node.hear("z", heartbeatReply(node, { term: 9 }));
      expect(structuredClone(node.node)).toEqual(before);
    }
  }),
  claim("21. a sender in a newer configuration that its message carries is heard", (protocol) => {
    const node = aFollower(protocol);
    const newer = protocol.configurationOf(1, 2, founders("abcz"), []);
    expect(node.hear("z", heartbeat(newer, { term: 9, configuration: newer }))).toMatchObject({
      accepted: true,
    });
    expect(node.node.record.configuration).toEqual(newer);
  }),
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
