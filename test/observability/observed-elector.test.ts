import { describe, expect, it, onTestFinished } from "vitest";
import { freePorts } from "../../src/cli/demo/free-ports.js";
import type { Leadership } from "../../src/elector/api.js";
import { silentLogger } from "../../src/elector/observers/logger.js";
import { RaftbeatError } from "../../src/errors.js";
import { createObservedElector, type NodeEvent, prometheusMetrics } from "../../src/observability/index.js";
import { memoryVoteStore } from "../../src/storage/memory-vote-store.js";
import { until } from "../transport/support/nodes.js";

const timing = { heartbeatIntervalMs: 10, electionTimeout: { minMs: 100, maxMs: 100.01 } };
const store = () => memoryVoteStore({ unsafeForgetsVotes: true });

async function alone(events: NodeEvent[], more: object = {}) {
  const [port] = await freePorts(1, Math.random);
  const voters = { a: `ws://127.0.0.1:${port}` };
  return createObservedElector(
    { cluster: "test", id: "a", voters, store: store(), timing: "lan", logger: silentLogger, ...more },
    { onEvent: (event) => void events.push(event) },
  );
}

const kindsOf = (events: readonly NodeEvent[]): string[] => events.map(({ event }) => event);

describe("an observed elector", () => {
  it("reports its election, its loss and its end, in this order, and nothing after", async () => {
    const events: NodeEvent[] = [];
    const node = await alone(events);
    onTestFinished(() => node.elector.stop());
    let lead: Leadership | null = null;
    node.elector.whileLeader((leadership) => {
      lead = leadership;
    });
    await until("it leads", () => node.elector.isLeader && lead !== null, 20_000);
    expect(node.remainingMs()).toBe((lead as unknown as Leadership).remainingMs());
    expect(node.remainingMs()).toBeGreaterThan(0);
    await node.elector.stop();
    await node.ended;
    expect(node.remainingMs()).toBe(0);
    const kinds = kindsOf(events).filter((kind) => ["started", "elected", "lost", "stopped"].includes(kind));
    expect(kinds).toEqual(["started", "elected", "lost", "stopped"]);
    expect(events.at(-1)).toEqual({ event: "stopped" });
    expect(events[0]).toMatchObject({ event: "started", cluster: "test", processId: process.pid });
  });

  it("reports what fails, and no stop", async () => {
    const events: NodeEvent[] = [];
    let mayWrite = true;
    const kept = store();
    const node = await alone(events, {
      store: {
        ...kept,
        write: (record: never, callback: (error: Error | null) => void) =>
          mayWrite
            ? kept.write(record, callback)
            : callback(new RaftbeatError("storeFailed", "the disk is gone")),
      },
    });
    mayWrite = false;
    node.elector.whileLeader(() => {});
    await node.ended;
    expect(events.at(-1)).toMatchObject({ event: "failed", code: "storeFailed" });
    expect(kindsOf(events)).not.toContain("stopped");
  });

  it("logs what a listener throws, and tells the others", async () => {
    const events: NodeEvent[] = [];
    const logged: string[] = [];
    const ignore = () => {};
    const logger = {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: (_details: object, message: string) => void logged.push(message),
    };
    const node = await alone([], { logger });
    node.subscribe(() => {
      throw new Error("a listener of mine");
    });
    node.subscribe((event) => void events.push(event));
    await node.elector.stop();
    await node.ended;
    expect(events.at(-1)).toEqual({ event: "stopped" });
    expect(logged).toContain("a listener of events threw");
  });

  it("refuses a body that is no function as the elector itself does", async () => {
    const node = await alone([]);
    onTestFinished(() => node.elector.stop());
    expect(() => node.elector.whileLeader(42 as never)).toThrow(
      expect.objectContaining({ code: "invalidSettings" }),
    );
  });

  it("ends a subscription when asked", async () => {
    const seen: NodeEvent[] = [];
    const node = await alone([]);
    const end = node.subscribe((event) => void seen.push(event));
    node.elector.whileLeader(() => {});
    await until("it leads", () => kindsOf(seen).includes("elected"), 20_000);
    end();
    await node.elector.stop();
    await node.ended;
    expect(kindsOf(seen)).not.toContain("stopped");
  });

  it("measures round trips, writes and links, counts them, and warns once of a range too narrow for them", async () => {
    const ports = await freePorts(2, Math.random);
    const voters = Object.fromEntries(["a", "b"].map((id, index) => [id, `ws://127.0.0.1:${ports[index]}`]));
    const events: NodeEvent[] = [];
    const nodes = await Promise.all(
      ["a", "b"].map((id) =>
        createObservedElector(
          { cluster: "test", id, voters, store: store(), timing, token: "secret", logger: silentLogger },
          { onEvent: (event) => void events.push(event) },
        ),
      ),
    );
    onTestFinished(async () => void (await Promise.all(nodes.map(({ elector }) => elector.stop()))));
    const metrics = await Promise.all(nodes.map((node) => prometheusMetrics(node)));
    for (const { elector } of nodes) elector.whileLeader(() => {});
    const warnings = () =>
      events.filter(
        (event) => event.event === "warning" && event.message.includes("under ten one-way latencies"),
      );
    await until("it warns", () => warnings().length > 0, 20_000);
    // On a busy machine both may have led.
    const counts = nodes.map(({ measurements }) => measurements.read().roundTripMs?.count ?? 0);
    const place = counts.indexOf(Math.max(...counts));
    const { measurements, links } = nodes[place] as (typeof nodes)[number];
    const { roundTripMs, writeMs } = measurements.read();
    expect(roundTripMs?.count).toBeGreaterThanOrEqual(100);
    expect(writeMs?.count).toBeGreaterThan(0);
    expect(links()).toMatchObject([{ connected: true, sentCount: expect.any(Number) }]);
    const [warning] = warnings();
    expect(warning).toMatchObject({
      message: expect.stringMatching(
        /electionTimeout.minMs \(100\).*electionTimeout.maxMs \(100.01\).* ms each\): expect split votes: widen electionTimeout/,
      ),
    });
    const text = (await metrics[place]?.text()) ?? "";
    expect(Number(/raftbeat_heartbeat_round_trip_seconds_count\{.*\} (\d+)/.exec(text)?.[1])).toBeGreaterThan(
      0,
    );
  });
});
