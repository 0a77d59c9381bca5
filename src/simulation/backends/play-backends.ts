import type { Violation } from "../checks/safety.js";
import { BackendsFaults } from "./backends-faults.js";
import { type BackendsScenario, checksSettingsOf } from "./backends-scenario.js";
import { ChecksSafety } from "./checks-safety.js";
import { ChecksTrace, type ChecksTraceEntry } from "./checks-trace.js";
import { ChecksTruth, type Notice } from "./checks-truth.js";
import { GatewayWorld } from "./gateway-world.js";

/** What was measured in one run of a scenario of backends, from the end of the settling on. */
export interface BackendsMetrics {
  /** Backends that were told down though they were well, and those that were not. */
  readonly falseDowns: number;
  readonly trueDowns: number;
  readonly panics: number;
  readonly ejections: number;
  /** When a backend that ceased to be well was told down, and one that was well again up. */
  readonly downs: readonly Notice[];
  readonly ups: readonly Notice[];
  /** To which backend each request went; null where there was none. */
  readonly choices: ChecksTruth["choices"];
  /** Requests that ended, and how many of them did not end well; those that found no backend are among both. */
  readonly requests: number;
  readonly failedRequests: number;
  /** The fewest backends that were usable at a time. */
  readonly leastUsable: number;
  /** What the checks hold of each backend at the end. */
  readonly ends: Readonly<Record<string, "up" | "down">>;
  readonly observedMs: number;
}

/** What one run of a scenario of backends came to. */
export interface BackendsOutcome {
  readonly seed: number;
  readonly metrics: BackendsMetrics;
  /** The first broken invariant, which ended the run. */
  readonly violation: (Violation & { readonly lastEvents: readonly string[] }) | null;
  readonly eventCount: number;
  readonly simulatedMs: number;
  readonly traceHash: string;
}

/** Plays a scenario of backends once. @param sink gets everything that happens, which changes nothing */
export function playBackends(
  scenario: BackendsScenario,
  seed: number,
  sink?: ((entry: ChecksTraceEntry) => void) | undefined,
): BackendsOutcome {
  const { backends, names, network, timers, settleMs, observeMs } = scenario;
  const settings = checksSettingsOf(scenario);
  const world = new GatewayWorld({
    seed,
    backends: names,
    settings,
    answerMs: backends.answers,
    requestsPerSecond: backends.requestsPerSecond,
    link: network,
    lateness: timers.lateness,
  });
  const trace = new ChecksTrace(world, sink);
  const truth = new ChecksTruth(world);
  let violation: BackendsOutcome["violation"] = null;
  const report = (invariant: string, text: string) => {
    violation ??= { invariant, atMs: world.nowMs, text, lastEvents: trace.lines() };
  };
  world.watchers.push(trace, truth, new ChecksSafety(world, report, settings));
  const runTo = (untilMs: number) => {
    while (violation === null && world.timeline.nextMs() <= untilMs) world.timeline.step();
    if (violation === null) world.timeline.runUntil(untilMs);
  };
  world.boot();
  runTo(settleMs);
  truth.begin();
  const startMs = world.nowMs;
  new BackendsFaults(world, scenario).begin(startMs + observeMs);
  runTo(startMs + observeMs);
  if (violation === null) for (const watcher of world.watchers) watcher.ended();
  if (world.gateway.failure !== null)
    report("exception", `the checks ended: ${String(world.gateway.failure)}`);
  return {
    seed,
    metrics: metricsOf(truth, world.nowMs - startMs),
    violation,
    eventCount: world.eventCount,
    simulatedMs: world.nowMs,
    traceHash: trace.hash,
  };
}

function metricsOf(truth: ChecksTruth, observedMs: number): BackendsMetrics {
  const { ok, bad, refused, late } = truth.requestEnds;
  const unserved = truth.choices.filter(({ backend }) => backend === null).length;
  return {
    falseDowns: truth.falseDowns,
    trueDowns: truth.trueDowns,
    panics: truth.panics,
    ejections: truth.ejections,
    downs: [...truth.downs],
    ups: [...truth.ups],
    choices: [...truth.choices],
    requests: ok + bad + refused + late + unserved,
    failedRequests: bad + refused + late + unserved,
    leastUsable: truth.leastUsable,
    ends: Object.fromEntries(truth.held),
    observedMs,
  };
}
