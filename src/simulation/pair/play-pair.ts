import { PairSafety } from "./checks/pair-safety.js";
import { PairTrace, type PairTraceEntry } from "./checks/pair-trace.js";
import { PulseSafety } from "./checks/pulse-safety.js";
import { RosterTruth } from "./checks/roster-truth.js";
import type { PairWatcher } from "./hosts/pair-watcher.js";
import { PairWorld } from "./hosts/pair-world.js";
import { PairFaults } from "./pair-faults.js";
import { metricsOf, type PairOutcome } from "./pair-outcome.js";
import { type PairScenario, rosterSettingsOf } from "./pair-scenario.js";

/** How a pair scenario is observed while it is played: that changes nothing. */
export interface PairPlayOptions {
  /** Gets everything that happens. */
  readonly sink?: ((entry: PairTraceEntry) => void) | undefined;
  /** Makes one more watcher for the world of the run. */
  readonly watch?: ((world: { readonly nowMs: number }) => PairWatcher) | undefined;
}

/** The senders and observers that a scenario describes, before anything happens. */
export function pairWorldOf(scenario: PairScenario, seed: number): PairWorld {
  const { pair, senders, observers, network, timers } = scenario;
  const { transport, latency, loss, duplicate, links } = network;
  return new PairWorld({
    seed,
    senders,
    observers,
    settings: rosterSettingsOf(scenario),
    beatMs: beatMsOf(scenario),
    watchesAll: pair.watch,
    transport,
    link: { latency, loss, duplicate },
    linkOf: (from, to) => {
      const own = links.find((link) => link.from === from && link.to === to);
      if (own === undefined) return undefined;
      return {
        latency: own.latency ?? latency,
        loss: own.loss ?? loss,
        duplicate: own.duplicate ?? duplicate,
      };
    },
    lateness: timers.lateness,
  });
}

/** The interval at which the senders of a scenario beat. */
export function beatMsOf({ pair }: PairScenario): number {
  return pair.beatMs ?? pair.detector.intervalMs;
}

/**
 * Plays a pair scenario once.
 * @example
 * const crash = parsePairScenario({
 *   pair: { detector: { name: "nfdE", intervalMs: 1000 } },
 *   faults: [{ at: 60_000, do: "crash", nodes: "s1" }],
 * });
 * const { metrics, violation } = playPair(crash, 1);
 */
export function playPair(
  scenario: PairScenario,
  seed: number,
  { sink, watch }: PairPlayOptions = {},
): PairOutcome {
  const world = pairWorldOf(scenario, seed);
  const trace = new PairTrace(world, sink);
  const truth = new RosterTruth(world);
  let violation: PairOutcome["violation"] = null;
  const report = (invariant: string, text: string) => {
    violation ??= { invariant, atMs: world.nowMs, text, lastEvents: trace.lines() };
  };
  const { senders, pair } = scenario;
  const settings = rosterSettingsOf(scenario);
  world.watchers.push(
    trace,
    truth,
    new PulseSafety(report, beatMsOf(scenario)),
    new PairSafety(world, report, {
      settings,
      senders,
      watchesAll: pair.watch,
    }),
  );
  if (watch !== undefined) world.watchers.push(watch(world));
  const runTo = (untilMs: number) => {
    while (violation === null && world.timeline.nextMs() <= untilMs) world.timeline.step();
    if (violation === null) world.timeline.runUntil(untilMs);
  };
  world.boot();
  runTo(scenario.settleMs);
  truth.begin();
  const startMs = world.nowMs;
  const endMs = startMs + scenario.observeMs;
  new PairFaults(world, scenario).begin(endMs);
  runTo(endMs);
  if (violation === null) for (const watcher of world.watchers) watcher.ended();
  const failed = world.observers.find(({ failure }) => failure !== null);
  if (failed !== undefined) report("exception", `${failed.id} ended: ${String(failed.failure)}`);
  return {
    seed,
    metrics: metricsOf(truth, senders, scenario.observers, world.nowMs - startMs),
    violation,
    eventCount: world.eventCount,
    simulatedMs: world.nowMs,
    traceHash: trace.hash,
  };
}
