import type { LoopPhase } from "../cluster/simulated-host.js";
import { onLinks } from "../cluster/topology.js";
import { each, FaultScript, isolate, linksBetween, nothing, type Undo } from "../run/fault-script.js";
import type { Who } from "../run/selectors.js";
import type { PairHost } from "./hosts/pair-host.js";
import type { PairWorld } from "./hosts/pair-world.js";
import { type PairScenario, partiesNamed } from "./pair-scenario.js";
import type { blockSites, PairFault } from "./pair-schema.js";

/**
 * Where a process is blocked decides what comes first when it goes on, as in Node.js: timers, then what arrived (poll), then what waits for the poll
 * phase (check), and again. A timer that is overdue by then fires before the beats that arrived meanwhile are read, but where a timer's own callback blocked.
 */
const afterBlock: Readonly<Record<(typeof blockSites)[number], readonly LoopPhase[]>> = {
  timer: ["poll", "check", "timer"],
  data: ["check", "timer", "poll"],
  promise: ["check", "timer", "poll"],
  immediate: ["timer", "poll", "check"],
};

/** Plays a pair scenario's faults, each at its time. */
export class PairFaults extends FaultScript<PairFault, PairHost> {
  private readonly pairs: PairWorld;
  private readonly scenario: PairScenario;

  constructor(pairs: PairWorld, scenario: PairScenario) {
    super(pairs, scenario.faults);
    this.pairs = pairs;
    this.scenario = scenario;
  }

  protected override resolve(who: Who): PairHost[] {
    const names = partiesNamed(who, this.scenario);
    return this.pairs.hosts.filter(({ id }) => names.includes(id));
  }

  protected override start(fault: PairFault, resolve: (who: Who) => PairHost[]): Undo {
    const { pairs } = this;
    const between = (ends: readonly [Who, Who], oneWay = false) => linksBetween(ends, oneWay, resolve);
    switch (fault.do) {
      case "cut":
        return pairs.install(onLinks(between(fault.between), { passes: "nothing" }));
      case "cutOneWay":
        return pairs.install(onLinks(between([fault.from, fault.to], true), { passes: "nothing" }));
      case "isolate":
        return pairs.install(isolate(new Set(resolve(fault.nodes).map(({ index }) => index))));
      case "flaky":
        return this.flap(between(fault.between, fault.oneWay), fault.upMs, fault.downMs);
      case "hold":
        return pairs.install(onLinks(between(fault.between, fault.oneWay), { passes: "later" }));
      case "loss":
        return pairs.install(onLinks(between(fault.between, fault.oneWay), { loss: fault.rate }));
      case "latency":
        return pairs.install(onLinks(between(fault.between, fault.oneWay), { latency: fault.latency }));
      case "duplicate":
        return pairs.install(onLinks(between(fault.between, fault.oneWay), { duplicate: fault.rate }));
      case "heal":
        this.heal();
        return nothing;
      case "crash":
      case "restart":
      case "leave":
      case "pause":
      case "suspend":
      case "block":
      case "clockRate":
      case "wallJump":
        return this.startOnHosts(fault, resolve(fault.nodes));
    }
  }

  private startOnHosts(fault: HostFault, hosts: readonly PairHost[]): Undo {
    const { pairs } = this;
    switch (fault.do) {
      case "crash":
        return each(hosts, (host) => {
          pairs.crash(host, fault);
          return () => pairs.restart(host);
        });
      case "leave":
        return each(
          pairs.senders.filter((sender) => hosts.includes(sender)),
          (sender) => pairs.leave(sender),
        );
      case "restart":
        for (const host of hosts) {
          pairs.crash(host);
          pairs.restart(host);
        }
        return nothing;
      case "pause":
        return each(hosts, (host) => pairs.stop(host));
      case "block":
        return each(hosts, (host) => pairs.stop(host, afterBlock[fault.in]));
      case "suspend":
        return each(hosts, (host) => pairs.suspend(host));
      case "clockRate":
        return each(hosts, ({ clock }) => {
          clock.setRate(fault.rate);
          return () => clock.setRate(1);
        });
      case "wallJump":
        return each(hosts, ({ clock }) => {
          clock.jumpWall(fault.byMs);
          return () => clock.jumpWall(-fault.byMs);
        });
    }
  }
}

/** What strikes processes and clocks. */
type HostFault = Exclude<
  PairFault,
  { do: "cut" | "cutOneWay" | "isolate" | "flaky" | "hold" | "loss" | "latency" | "duplicate" | "heal" }
>;
