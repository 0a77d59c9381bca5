import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import {
  configurationOf,
  highestCount,
  longestDurationMs,
  type Message,
  type Standing,
} from "../../src/protocol/index.js";
import { createFrameDecoder, encodeMessage } from "../../src/transport/wire/codec.js";
import { afterwards, aHeartbeat, aReply, stopAll, until } from "../transport/support/nodes.js";
import { answerAs, aStanding, type RawPeer, rawNode, rawPeer } from "../transport/support/wire.js";
import { essence, freePort, leaderOf, placeOf, stopElectors } from "./support/attacked-place.js";

const decodeFrame = createFrameDecoder();

afterEach(stopAll);

/** What a hello tells whoever asks for it. */
function toldBy(peer: RawPeer): { readonly incarnation: string; readonly standing: Standing } {
  const [, , , , incarnation, , standing] = JSON.parse(peer.heard[0] ?? "");
  const [clusterId, startCount, startNonce, earlierNonces, writeCount, term] = standing;
  return { incarnation, standing: { clusterId, startCount, startNonce, earlierNonces, writeCount, term } };
}

/** Says something, and waits until it was answered or the link was closed for it. */
async function says(peer: RawPeer, message: Message): Promise<string> {
  const before = peer.heard.length;
  let end: string | null = null;
  peer.closed.then(({ code, reason }) => {
    end = `${code} ${reason}`;
  });
  peer.socket.send(encodeMessage(message));
  await until("an answer", () => peer.heard.length > before || end !== null);
  return peer.heard[before] ?? end ?? "";
}

/** The answer of a voter that grants everything, and promises a day. */
function grantingAnswer(message: Message): Message | null {
  if (message.kind === "requestVote") {
    const { term, preVote, round, configuration } = message;
    const granted = { granted: true, reason: null, leader: null, remainingHoldMs: 0 } as const;
    const held = { configurationId: configuration.id, configuration: null };
    return { kind: "requestVoteReply", term, preVote, round, ...granted, ...held };
  }
  if (message.kind !== "heartbeat") return null;
  const { term, seq, configurationId } = message;
  return aReply({ term, heartbeatTerm: term, seq, configurationId, voteHoldMs: longestDurationMs });
}

describe("A1: a stranger that knows port, cluster name, cluster id and one id", () => {
  it("changes nothing by a configuration of its own making, nor by an absurd term", async () => {
    const place = await placeOf(["a", "b", "c"]);
    const electors = await place.startAll();
    const leader = await leaderOf(electors);
    const before = electors.map((elector) => essence(elector.status()));
    const { term, clusterId } = leader.status();
    const own = { id: "z", address: "ws://127.0.0.1:1", incarnation: null };
    const founders = leader.status().voters;
    for (const { id } of electors)
      for (const [counts, voters, words] of [
        [term + 1, [own], "notMember"],
        [term + 50, [...founders, own], "notMember"],
        [highestCount, [...founders, own], /^4000 expected a term of at most 4294967296 above \d+, found/],
      ] as const) {
        const configuration = configurationOf(counts, 1, voters, [], clusterId);
        const configurationId = configuration.id;
        for (const message of [
          aHeartbeat({ term: counts, seq: 1, configurationId, configuration }),
          {
            kind: "requestVote",
            term: counts,
            preVote: false,
            round: 1,
            configuration,
            transferFromTerm: null,
          },
        ] as const) {
          const stranger = await rawNode("z", id, place.port(id), "", { standing: aStanding({ clusterId }) });
          const answer = await says(stranger, message);
          expect(answer).toMatch(words);
          stranger.socket.terminate();
        }
      }
    expect(electors.map((elector) => essence(elector.status()))).toEqual(before);
    await stopElectors(...electors);

    const again = await place.startAll();
    const next = await leaderOf(again);
    expect(next.status().term).toBeLessThan(term + 20);
    expect(next.status()).toMatchObject({ clusterId, voters: founders });
  });

  it("another cluster of the same name, added by a wrong address, is refused by both, and captured by neither", async () => {
    const fast = { timing: { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } } };
    const production = await placeOf(["a", "b"], fast);
    const staging = await placeOf(["d"], fast);
    const productive = await production.startAll();
    const leader = await leaderOf(productive);
    const follower = productive.find((elector) => elector !== leader) as typeof leader;
    // Staging has seen more elections, so its configuration counts as the newer one.
    let [staged] = await staging.startAll();
    for (let count = 0; count < 3 && staged !== undefined; count++) {
      await leaderOf([staged]);
      await stopElectors(staged);
      staged = await staging.start("d");
    }
    if (staged === undefined) throw new Error("nobody was started");
    await leaderOf([staged]);
    expect(staged.status().term).toBeGreaterThan(leader.status().term);
    const before = productive.map((elector) => essence(elector.status()));

    const add = { id: follower.id, address: production.voters[follower.id] ?? "" };
    await expect(staged.reconfigure({ add }, { timeoutMs: 1000 })).rejects.toMatchObject({ code: "timeout" });
    const both = [leader.status().clusterId, staged.status().clusterId];
    for (const { logged } of [production, staging]) {
      const told = logged.filter((line) => both.every((id) => line.includes(`id ${id}`)));
      expect(told).not.toEqual([]);
    }
    expect(productive.map((elector) => essence(elector.status()))).toEqual(before);
    expect(staged.status()).toMatchObject({ isLeader: true, voters: [{ id: "d" }] });
  });

  it("is not believed by a joiner without a token, whose settings name whom to believe", async () => {
    const place = await placeOf(["a"]);
    const [leader] = await place.startAll();
    if (leader === undefined) throw new Error("nobody was started");
    await leaderOf([leader]);
    const { clusterId } = leader.status();
    const port = await freePort();
    const join = { members: ["a"], clusterId: clusterId ?? "" };
    const joiner = await place.start("d", { voters: {}, join, listen: { host: "127.0.0.1", port } });
    const stranger = await rawNode("z", "d", port);
    const members = ["d", "z"].map((id) => ({ id, address: "ws://127.0.0.1:1", incarnation: null }));
    const configuration = configurationOf(5, 9, members, [], clusterId);
    const { id: configurationId } = configuration;
    const answer = await says(stranger, aHeartbeat({ term: 5, seq: 1, configurationId, configuration }));
    expect(answer).toMatch("notReady");
    expect(joiner.status()).toMatchObject({ clusterId: null, voters: [], term: 0 });

    await leader.reconfigure({ add: { id: "d", address: `ws://127.0.0.1:${port}` } }, { timeoutMs: 10_000 });
    expect(joiner.status().clusterId).toBe(leader.status().clusterId);
  });
});

describe("A2: a faulty member", () => {
  it("that answers once with an absurd term is cut off, and the cluster goes on electing", async () => {
    const place = await placeOf(["a", "b", "c"]);
    const electors = await place.startAll();
    const leader = await leaderOf(electors);
    const others = electors.filter((elector) => elector !== leader);
    const [faulty, third] = others as [typeof leader, typeof leader];
    const asked = await rawNode("z", faulty.id, place.port(faulty.id));
    const { incarnation } = toldBy(asked);
    await stopElectors(faulty);
    const { term, configurationId } = leader.status();
    // What the member itself would say: its start is the one that was met.
    const { standing } = toldBy(asked);
    for (const absurd of [highestCount, 2 ** 52, term + 2 ** 32 + 100]) {
      const link = await rawNode(faulty.id, leader.id, place.port(leader.id), "", { incarnation, standing });
      const refused = { accepted: false, reason: "staleTerm" } as const;
      const told = { term: absurd, heartbeatTerm: term, seq: 1, configurationId };
      link.socket.send(encodeMessage(aReply({ ...refused, ...told })));
      expect(await link.closed).toMatchObject({
        code: 4000,
        reason: expect.stringMatching(/^expected a term of at most 4294967296 above \d+, found \d+$/),
      });
    }
    expect(leader.status()).toMatchObject({ isLeader: true, term });

    const repaired = await place.start(faulty.id);
    await leaderOf([leader, third, repaired]);
    await stopElectors(leader);
    const next = await leaderOf([third, repaired]);
    expect(next.status().term).toBeGreaterThan(term);
    expect(next.status().term).toBeLessThan(term + 20);
  });
});

describe("A3: a member that promises a day", () => {
  it("gives its leader no lease beyond the quorum timeout, and none once it is silent", async () => {
    const quorumTimeoutMs = 500;
    const timing = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 300, maxMs: 600 }, quorumTimeoutMs };
    const place = await placeOf(["a", "c"], { timing });
    let isSilent = false;
    let answerCount = 0;
    const server = new WebSocketServer({ port: place.port("c"), host: "127.0.0.1" });
    afterwards(() => void server.close());
    server.on("connection", (socket) => {
      answerAs(socket, "c", { standing: aStanding({ clusterId: null, term: 0 }) });
      socket.on("message", (data) => {
        const read = decodeFrame(data.toString());
        if (!read.ok || isSilent) return;
        const answer = grantingAnswer(read.message);
        if (answer?.kind === "heartbeatReply") answerCount++;
        if (answer !== null) socket.send(encodeMessage(answer));
      });
    });
    const elector = await place.start("a");
    const left: number[] = [];
    let remainingMs = (): number => 0;
    elector.whileLeader((lead) => {
      remainingMs = () => lead.remainingMs();
      return new Promise((resolve) => lead.signal.addEventListener("abort", resolve));
    });
    await leaderOf([elector]);
    await until("heartbeats answered", () => {
      if (remainingMs() > 0) left.push(remainingMs());
      return answerCount >= 10;
    });
    expect(Math.max(...left)).toBeLessThanOrEqual(quorumTimeoutMs);
    expect(Math.max(...left)).toBeGreaterThan(quorumTimeoutMs / 2);

    isSilent = true;
    await until("no lease", () => !elector.isLeader && remainingMs() === 0);
  });
});

describe("A5: a squatter at a dead member's address", () => {
  it("learns nothing that lets it in, there or elsewhere", async () => {
    const place = await placeOf(["a", "c"], { token: "only for members" });
    const frames: string[] = [];
    const server = new WebSocketServer({ port: place.port("c"), host: "127.0.0.1" });
    afterwards(() => void server.close());
    server.on("connection", (socket) => {
      // Whoever holds the door of a member can pass on what the member's peer says, and give it back.
      socket.send(`["raftbeat",2,2,"${"0".repeat(32)}"]`);
      socket.on("message", (data) => {
        frames.push(data.toString());
        const said = JSON.parse(data.toString());
        [said[3], said[5]] = ["c", "a"];
        socket.send(JSON.stringify(said));
      });
    });
    await place.start("a");
    await until("a hello", () => frames.length > 0);
    await until("a refusal", () => place.logged.some((line) => /the token does not match/.test(line)));
    const elsewhere = await rawPeer(place.port("a"));
    await until("a challenge", () => elsewhere.heard.length > 0);
    const stolen = JSON.parse(frames[0] ?? "");
    [stolen[3], stolen[5]] = ["c", "a"];
    elsewhere.socket.send(JSON.stringify(stolen));
    expect(await elsewhere.closed).toMatchObject({ code: 4005 });
    expect(frames.join()).not.toContain("only for members");
    expect(frames.every((frame) => frame.startsWith('["raftbeat"'))).toBe(true);
  });
});
