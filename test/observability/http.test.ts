import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { RaftbeatError } from "../../src/errors.js";
import { serveObservability } from "../../src/observability/http/server.js";
import { createMetrics } from "../../src/observability/prometheus/create-metrics.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";
import { aRecord } from "../storage/support/stores.js";
import { fakeElector } from "./support/elector.js";
import { certificateNotAfterMs, link, refusedCounts, serve, someMeasurements } from "./support/http.js";

/** Every value of an exposition by its name and its own labels. */
function valuesOf(text: string): Record<string, number> {
  const values = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
      const own = labels.replace(/,?(cluster|node)="\w+"/g, "").replace(/^,/, "");
      return [own === "" ? name : `${name}{${own}}`, Number(value)] as const;
    });
  return Object.fromEntries(values);
}

const post = { method: "POST" };

describe("what a node serves to read", () => {
  it("is /leaderz 200 only while it leads, asked anew each time, else with who leads", async () => {
    const { ask, become } = await serve();
    const follower = await ask("/leaderz");
    expect(follower.status).toBe(503);
    expect(JSON.parse(follower.text)).toEqual({
      isLeader: false,
      term: 3,
      leader: "b",
      leaderMetadata: "http://b",
    });
    become({ role: "leader", isLeader: true, leader: "a", term: 4 });
    expect((await ask("/leaderz")).status).toBe(200);
    become({ isLeader: false });
    expect((await ask("/leaderz")).status).toBe(503);
  });

  it("is /readyz 200 only while it knows a leader and belongs", async () => {
    const { ask, become } = await serve();
    expect((await ask("/readyz")).status).toBe(200);
    become({ leader: null });
    expect(await ask("/readyz")).toMatchObject({ status: 503, text: "not ready: no leader known\n" });
    become({ whyNoLeader: "2 of 3 voters are needed" });
    expect((await ask("/readyz")).text).toBe("not ready: no leader known: 2 of 3 voters are needed\n");
    become({ leader: "b", removed: true });
    expect(await ask("/readyz")).toMatchObject({
      status: 503,
      text: "not ready: removed from the cluster\n",
    });
  });

  it("is /livez 200 until it has stopped", async () => {
    const { ask, become } = await serve();
    expect((await ask("/livez")).status).toBe(200);
    become({ role: "stopped", leader: null });
    expect((await ask("/livez")).status).toBe(503);
    expect((await ask("/readyz")).status).toBe(503);
  });

  it("is the whole /status, with lease, links and measurements, never cached", async () => {
    const { ask, elector, measurements } = await serve();
    const { headers, text } = await ask("/status");
    expect(JSON.parse(text)).toEqual({
      ...elector.status(),
      leaseRemainingMs: 0,
      links: [link],
      measured: measurements.read(),
    });
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
    expect(await ask("/status", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  });

  it("counts elections, not leases that lapse and come back in their term", async () => {
    const { metrics } = await serve();
    for (const term of [4, 4, 4, 6]) {
      metrics.observe({ event: "elected", term });
      metrics.observe({ event: "lost", term, reason: "leaseExpired" });
    }
    expect(valuesOf(await metrics.text())).toMatchObject({
      raftbeat_elections_won_total: 2,
      'raftbeat_leaderships_lost_total{reason="leaseExpired"}': 4,
    });
  });

  it("are metrics as Prometheus reads them", async () => {
    const { ask, become, metrics } = await serve();
    become({ role: "leader", isLeader: true, leader: "a", term: 4 });
    metrics.observe({ event: "role", role: "candidate", term: 4 });
    metrics.observe({ event: "elected", term: 4 });
    metrics.observe({ event: "lost", term: 4, reason: "resigned" });
    for (const leader of ["b", "b", null, "b", "c"])
      metrics.observe({ event: "leader", leader, term: 5, metadata: null });
    const { headers, text } = await ask("/metrics");
    expect(headers["content-type"]).toMatch(/^text\/plain; version=0.0.4/);
    expect(valuesOf(text)).toMatchObject({
      raftbeat_is_leader: 1,
      raftbeat_term: 4,
      raftbeat_lease_remaining_seconds: 0.12,
      'raftbeat_role{role="leader"}': 1,
      'raftbeat_role{role="follower"}': 0,
      raftbeat_campaigns_total: 1,
      raftbeat_elections_won_total: 1,
      'raftbeat_leaderships_lost_total{reason="resigned"}': 1,
      raftbeat_leader_changes_total: 3,
      'raftbeat_peer_connected{peer="b"}': 1,
      'raftbeat_peer_connected{peer="c"}': 0,
      'raftbeat_peer_frames_sent_total{peer="b"}': 5,
      'raftbeat_peer_redials_total{peer="b"}': 2,
      'raftbeat_peer_round_trip_seconds{peer="b"}': 0.0015,
      nodejs_eventloop_lag_p99_seconds: expect.any(Number),
    });
    expect(text).toContain('cluster="test"');
    // Counters that are read twice are not counted twice.
    expect((await ask("/metrics")).text).toMatch(/raftbeat_peer_frames_sent_total\{.*\} 5\n/);
    expect(text).not.toContain("raftbeat_survivable_failures{");
    become({ survivableFailures: 1 });
    // One answer serves all who ask within a moment.
    const values = async () => valuesOf((await ask("/metrics")).text);
    await expect.poll(values).toMatchObject({ raftbeat_survivable_failures: 1 });
    become({ survivableFailures: null });
    await expect.poll(values).not.toHaveProperty("raftbeat_survivable_failures");
  });
});

describe("what a node measures, as Prometheus reads it", () => {
  it("is left out before there is any", async () => {
    const { ask } = await serve();
    const values = valuesOf((await ask("/metrics")).text);
    expect(values).not.toHaveProperty("raftbeat_message_loss_ratio");
    expect(values).toMatchObject({
      raftbeat_event_loop_delay_p99_seconds: 0.003,
      raftbeat_event_loop_delay_max_seconds: 0.009,
      raftbeat_vote_write_duration_seconds_count: 0,
      'raftbeat_connections_refused_total{reason="wrongToken"}': 2,
      raftbeat_certificate_not_after_timestamp_seconds: Date.UTC(2030, 0, 1) / 1000,
    });
  });

  it("is in seconds, by peer, and leaves out who is no peer", async () => {
    const { ask, measurements } = await serve();
    for (let look = 0; look <= 130; look++) {
      const sentCount = 2 * look;
      // Of the second half of the heartbeats one in two is not answered.
      const receivedCount = Math.min(sentCount, 130) + Math.max(0, look - 65);
      const seen = { ...link, sentCount, droppedCount: 0, receivedCount };
      measurements.onRoundTrip("b", look % 2 === 0 ? 1 : 40);
      measurements.look(true, [seen, { ...seen, id: "stranger", address: null }]);
    }
    const { text } = await ask("/metrics");
    expect(valuesOf(text)).toMatchObject({
      raftbeat_message_loss_ratio: expect.closeTo(1 - Math.sqrt(0.75), 2),
      'raftbeat_heartbeat_round_trip_seconds_count{peer="b"}': 131,
      'raftbeat_heartbeat_round_trip_seconds_sum{peer="b"}': expect.closeTo(65 * 0.041 + 0.001, 6),
      'raftbeat_heartbeat_round_trip_seconds_bucket{le="0.001",peer="b"}': 66,
      'raftbeat_heartbeat_round_trip_seconds_bucket{le="0.05",peer="b"}': 131,
      // All but those of the last two looks, which may still be answered.
      'raftbeat_heartbeats_missed_total{peer="b"}': 61,
    });
    expect(text).not.toContain("stranger");
  });

  it("has the writes of before the server listened", async () => {
    const measurements = someMeasurements();
    const store = measurements.timed(memoryVoteStore({ unsafeForgetsVotes: true }));
    await new Promise<void>((resolve) => store.open(() => resolve()));
    const write = () => new Promise<void>((resolve) => store.write(aRecord(1), () => resolve()));
    await write();
    const sources = {
      elector: fakeElector().elector,
      remainingMs: () => 0,
      links: () => [],
      refusedCounts,
      certificateNotAfterMs: () => null,
    };
    const metrics = createMetrics({ ...sources, measurements });
    await write();
    const values = valuesOf(await metrics.text());
    expect(values).toMatchObject({ raftbeat_vote_write_duration_seconds_count: 2 });
    expect(values).not.toHaveProperty("raftbeat_certificate_not_after_timestamp_seconds");
  });
});

describe("a change asked for over HTTP", () => {
  it("is made for whoever has the token", async () => {
    const { ask, asked } = await serve("secret");
    const headers = { authorization: "Bearer secret" };
    expect((await ask("/transfer", { ...post, headers, body: '{"to":"b"}' })).status).toBe(200);
    const next = { authorization: "Bearer the next one" };
    expect((await ask("/transfer", { ...post, headers: next })).status).toBe(200);
    const add = { add: { id: "d", address: "ws://d:7400", voter: false } };
    expect((await ask("/reconfigure", { ...post, headers, body: JSON.stringify(add) })).status).toBe(200);
    expect((await ask("/reconfigure", { ...post, headers, body: '{"remove":"c"}' })).status).toBe(200);
    const move = { address: { id: "b", address: "ws://moved:7400" } };
    expect((await ask("/reconfigure", { ...post, headers, body: JSON.stringify(move) })).status).toBe(200);
    expect(asked).toEqual(["transfer to b", "resign", add, { remove: "c" }, move]);
  });

  it.each([
    '{"add":{"id":"d","address":"ws://d:1","observer":true}}',
    '{"add":{"id":"d","address":"d:1"}}',
    '{"address":{"id":"d"}}',
    '{"address":{"id":"d","address":"ws://d:1","voter":true}}',
    '{"remove":"c","force":true}',
    '{"remove":"constructor"}',
    '{"remove":7}',
    "{}",
  ])("is refused where it says %s, and nobody is asked", async (body) => {
    const { ask, asked } = await serve();
    const reply = await ask("/reconfigure", { ...post, body });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text).error).toMatchObject({
      code: "badBody",
      message: expect.stringContaining('"remove":'),
    });
    expect(asked).toEqual([]);
  });

  it("says who leads where the node does not", async () => {
    const { ask, refuse } = await serve();
    refuse(new RaftbeatError("notLeader", "a does not lead"));
    const reply = await ask("/transfer", post);
    expect(reply.status).toBe(409);
    expect(JSON.parse(reply.text)).toEqual({
      error: { code: "notLeader", message: "a does not lead" },
      leader: "b",
      leaderMetadata: "http://b",
    });
  });

  const refused: readonly (readonly [
    string,
    string | null,
    Record<string, string>,
    string,
    number,
    string,
  ])[] = [
    ["without the token", "secret", {}, "", 401, "tokenMissing"],
    ["with another token", "secret", { authorization: "Bearer secre" }, "", 401, "tokenWrong"],
    ["with another kind of proof", "secret", { authorization: "Basic secret" }, "", 401, "tokenMissing"],
    ["by a page in a browser", null, { origin: "http://localhost" }, "", 403, "browser"],
    ["through a proxy where no token is set", null, { "x-forwarded-for": "1.2.3.4" }, "", 403, "noToken"],
    ["with a body that is no JSON", null, {}, "to=b", 400, "badBody"],
    ["with a key that does not exist", null, {}, '{"too":"b"}', 400, "badBody"],
    ["with an id that is none", null, {}, '{"to":"b c"}', 400, "badBody"],
    ["with a body that is far too large", null, {}, `{"to":"${"b".repeat(5000)}"}`, 413, "tooLarge"],
  ];
  it.each(refused)("is refused %s", async (_what, token, headers, body, status, code) => {
    const { ask, asked } = await serve(token);
    const reply = await ask("/transfer", { ...post, headers, body });
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.text).error.code).toBe(code);
    expect(reply.text).not.toContain("secret");
    expect(asked).toEqual([]);
  });

  it("is refused without a token unless the settings allow it by name, on the same machine, too", async () => {
    const { ask, asked } = await serve(null, { allowsLocal: false });
    for (const path of ["/transfer", "/reconfigure"]) {
      const reply = await ask(path, post);
      expect(reply.status).toBe(403);
      expect(JSON.parse(reply.text).error).toMatchObject({
        code: "noToken",
        message: expect.stringMatching(/--token-file.*--http-allow-changes$/),
      });
    }
    expect(asked).toEqual([]);
  });

  it("is refused by the wrong method, and at paths that do not exist", async () => {
    const { ask, asked } = await serve();
    expect((await ask("/transfer")).status).toBe(405);
    expect((await ask("/status", post)).status).toBe(405);
    expect((await ask("/")).status).toBe(404);
    expect(asked).toEqual([]);
  });

  it("that fails in an unknown way tells nothing of the node's insides", async () => {
    const { ask, elector } = await serve();
    Object.assign(elector, { resign: () => Promise.reject(new Error("/etc/secret")) });
    const reply = await ask("/transfer", post);
    expect(reply.status).toBe(500);
    expect(reply.text).not.toContain("/etc/secret");
  });
});

describe("a page in a browser", () => {
  it.each(["evil.example", "evil.example:8400", "localhost.evil.example", "127.0.0.1.evil.example", "a@b"])(
    "whose name %s was made to lead here reads nothing",
    async (host) => {
      const { ask } = await serve();
      const reply = await ask("/status", { headers: { host } });
      expect(reply.status).toBe(403);
      expect(JSON.parse(reply.text).error.code).toBe("wrongHost");
    },
  );

  it.each(["127.0.0.1", "127.0.0.1:8400", "localhost:8400", "node.localhost", "[::1]:8400"])(
    "is not taken for who asks for %s",
    async (host) => {
      const { ask } = await serve();
      expect((await ask("/status", { headers: { host } })).status).toBe(200);
    },
  );
});

describe("who connects and is slow", () => {
  const hurried = { headersMs: 100, requestMs: 150, idleMs: 100 };

  it.each([
    ["says nothing", ""],
    ["never ends its headers", "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: "],
    ["never ends its body", "POST /transfer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"],
    ["asks no more", "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ])("is cut off where it %s", async (_how, first) => {
    const { url, ask } = await serve(null, hurried);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.write(first);
    // Well before Node's own look at it, after half a minute.
    await once(socket.resume(), "close", { signal: AbortSignal.timeout(5_000) });
    expect((await ask("/livez")).status).toBe(200);
  });
});

describe("an HTTP server whose port is taken", () => {
  it("says so", async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    const measurements = someMeasurements();
    const sources = {
      elector: fakeElector().elector,
      remainingMs: () => 0,
      links: () => [],
      measurements,
      refusedCounts,
      certificateNotAfterMs,
    };
    const again = serveObservability({ host: "127.0.0.1", port }, sources);
    await expect(again).rejects.toThrow(`the HTTP server cannot listen on 127.0.0.1:${port} (EADDRINUSE)`);
  });
});
