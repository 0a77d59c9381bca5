import { readFileSync } from "node:fs";
import { AggregationTemporality, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createChecks, createMonitor, type Monitor, silentLogger } from "../../src/liveness/index.js";
import {
  checksInstruments,
  monitorInstruments,
  toOpenTelemetry,
  toPrometheus,
} from "../../src/observability/index.js";
import { Host } from "../liveness/support/host.js";

function monitorOn(host: Host): Monitor {
  return createMonitor(
    { intervalMs: 1000, pauseMs: 1000, deadAfterMs: 1000, logger: silentLogger },
    { clock: host.clock(), random: () => 0.5 },
  );
}

/** One late beat, one suspicion and death, a stale beat, a goodbye and a stall. */
function play(host: Host, monitor: Monitor): void {
  const at = (atMs: number, run: () => void): void => host.arrives(atMs, run);
  at(0, () => {
    for (const id of ["a", "b", "c"]) monitor.beat(id, { boot: "1", slot: 0 });
  });
  at(1000, () => monitor.beat("a", { boot: "1", slot: 1 }));
  at(1001, () => monitor.beat("a", { boot: "1", slot: 1 }));
  at(1300, () => monitor.beat("c", { boot: "1", slot: 1 }));
  at(1400, () => monitor.goodbye("c"));
  for (let slot = 2; slot <= 9; slot++) at(slot * 1000, () => monitor.beat("a", { boot: "1", slot }));
  host.runUntil(9500);
  host.stall(5000);
  host.runUntil(host.nowMs + 10);
}

/** Collects when it is asked to. */
class AskedReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }
  protected async onShutdown(): Promise<void> {}
  protected async onForceFlush(): Promise<void> {}
}

describe("instruments of a monitor", () => {
  it("are collected by the SDK of OpenTelemetry under their names and units", async () => {
    const reader = new AskedReader();
    const provider = new MeterProvider({ readers: [reader] });
    const host = new Host();
    const monitor = monitorOn(host);
    const stop = toOpenTelemetry(monitorInstruments(monitor), provider.getMeter("raftbeat"), {
      "raftbeat.monitor": "workers",
    });
    play(host, monitor);
    const { resourceMetrics, errors } = await reader.collect();
    expect(errors).toEqual([]);
    const found = new Map(
      resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .map(({ descriptor, dataPoints }) => [
          descriptor.name,
          {
            unit: descriptor.unit,
            points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
          },
        ]),
    );
    const own = { "raftbeat.monitor": "workers" };
    expect(found.get("raftbeat.monitor.peers")).toEqual({
      unit: "{peer}",
      points: Object.entries({ unknown: 0, alive: 1, suspect: 0, dead: 1, left: 1 }).map(
        ([status, value]) => ({
          attributes: { "raftbeat.peer.status": status, ...own },
          value,
        }),
      ),
    });
    expect(found.get("raftbeat.monitor.suspicions")).toEqual({
      unit: "{suspicion}",
      points: [{ attributes: own, value: 1 }],
    });
    expect(found.get("raftbeat.monitor.deaths")?.points[0]?.value).toBe(1);
    expect(found.get("raftbeat.monitor.absences")?.points[0]?.value).toBe(1);
    expect(found.get("raftbeat.monitor.doubt")?.points[0]?.value).toBe(0);
    expect(found.get("raftbeat.monitor.beats.refused")?.points).toContainEqual({
      attributes: { "raftbeat.refusal": "stale", ...own },
      value: 1,
    });
    const lateness = found.get("raftbeat.monitor.beat.lateness");
    expect(lateness?.unit).toBe("s");
    // Ten newer beats came: nine of `a` in time, one of `c` that was 0.3 s late.
    expect(lateness?.points[0]?.value).toMatchObject({ count: 10, sum: 0.3 });
    let reads = 0;
    Object.assign(monitor, { counts: () => reads++ });
    stop();
    await reader.collect();
    expect(reads).toBe(0);
    monitor.close();
    await provider.shutdown();
  });

  it("are collected by Prometheus, in a registry of the service too", async () => {
    const registry = new Registry();
    const host = new Host();
    const monitor = monitorOn(host);
    const metrics = await toPrometheus(monitorInstruments(monitor), registry);
    play(host, monitor);
    const text = await metrics.text();
    expect(text).toContain('raftbeat_monitor_peers{status="dead"} 1');
    expect(text).toContain("raftbeat_monitor_suspicions_total 1");
    expect(text).toContain('raftbeat_monitor_beats_refused_total{refusal="stale"} 1');
    expect(text).toContain('raftbeat_monitor_beat_lateness_seconds_bucket{le="0.25"} 9');
    expect(text).toContain("raftbeat_monitor_beat_lateness_seconds_count 10");
    // Read again: counters are set anew and not added up.
    expect(await metrics.text()).toBe(text);
    metrics.stop();
    expect(await registry.metrics()).not.toContain("raftbeat");
    monitor.close();
  });

  it("of health checks carry the id of the backend", async () => {
    const host = new Host();
    const checks = createChecks(
      {
        backends: ["a", "b", "c"],
        probe: (id) => id !== "b",
        intervalMs: 1000,
        fall: 1,
        logger: silentLogger,
      },
      { clock: host.clock(), random: () => 0.5 },
    );
    const metrics = await toPrometheus(checksInstruments(checks));
    checks.drain("c");
    // Own probes settle between the turns of the host.
    for (let atMs = 0; atMs <= 600; atMs += 10) {
      host.runUntil(atMs);
      await new Promise(setImmediate);
    }
    const text = await metrics.text();
    expect(text).toContain('raftbeat_backend_up{id="b"} 0');
    expect(text).toContain('raftbeat_backend_usable{id="c"} 0');
    expect(text).toContain('raftbeat_backend_weight{id="a"} 1');
    expect(text).toContain("raftbeat_backends_panic 0");
    expect(text).toMatch(/^raftbeat_backend_probe_duration_seconds_count\{id="b",result="fail"\} 1$/m);
    metrics.stop();
    checks.close();
  });

  it("are those that the page on failure detection names", () => {
    const page = readFileSync(new URL("../../docs/liveness.md", import.meta.url), "utf8");
    const named = [...page.matchAll(/^\| `(raftbeat\.[a-z.]+)` \| (?:`([^`]*)`)? ?\|/gm)].map(
      ([, name, unit]) => [name, unit ?? ""],
    );
    const monitor = monitorOn(new Host());
    const checks = createChecks({ backends: ["a"], probe: () => true, logger: silentLogger });
    expect(named).toEqual(
      [...monitorInstruments(monitor), ...checksInstruments(checks)].map(({ name, unit }) => [name, unit]),
    );
    monitor.close();
    checks.close();
  });

  it("tell of every refusal that a monitor counts", async () => {
    const monitor = monitorOn(new Host());
    const { suspicions, refuted, deaths, absences, ...refusals } = monitor.counts();
    expect([suspicions, refuted, deaths, absences]).toEqual([0, 0, 0, 0]);
    const metrics = await toPrometheus(monitorInstruments(monitor));
    const told = (await metrics.text()).match(/^raftbeat_monitor_beats_refused_total\{/gm);
    expect(told).toHaveLength(Object.keys(refusals).length);
    monitor.close();
  });

  it("measure lateness no longer than somebody asks for it", () => {
    const host = new Host();
    const monitor = monitorOn(host);
    const seen: number[] = [];
    const ends = [1, 2].map(() => monitor.observeLateness((ms) => seen.push(ms)));
    monitor.beat("a", { slot: 0 });
    host.runUntil(1200);
    monitor.beat("a", { slot: 1 });
    ends[0]?.();
    ends[0]?.();
    host.runUntil(2200);
    monitor.beat("a", { slot: 2 });
    ends[1]?.();
    monitor.beat("a", { slot: 3 });
    expect(seen).toEqual([200, 200, 0]);
    monitor.close();
  });

  it("keep the promise that an observer which throws costs nothing but a line", async () => {
    const host = new Host();
    const errors: unknown[] = [];
    const logger = { ...silentLogger, error: (details: unknown) => errors.push(details) };
    const monitor = createMonitor({ intervalMs: 1000, logger }, { clock: host.clock(), random: () => 0.5 });
    monitor.observeLateness(() => {
      throw new Error("full");
    });
    monitor.beat("a", { slot: 0 });
    host.runUntil(1000);
    monitor.beat("a", { slot: 1 });
    expect(monitor.peer("a")?.status).toBe("alive");
    expect(errors).toEqual([{ error: new Error("full") }]);
    monitor.close();
  });
});
