import type * as v from "valibot";
import type { HostWorld } from "../cluster/host-world.js";
import type { LoopPhase } from "../cluster/simulated-host.js";
import type { StoppableHost } from "../cluster/stoppable-host.js";
import { onLinks } from "../cluster/topology.js";
import type { Who } from "../run/selectors.js";
import type { blockSites, clockFaults, hostFaults, linkFaults } from "../scenario/fault-schema.js";
import {
  each,
  FaultScript,
  isolate,
  linksBetween,
  nothing,
  type TimedFault,
  type Undo,
} from "./fault-script.js";

/**
 * Where a process is blocked decides what comes first when it goes on, as in Node.js: timers, then what arrived (poll), then what waits for the poll
 * phase (check), and again. A timer that is overdue by then fires before what arrived meanwhile is read, but where a timer's own callback blocked.
 */
const afterBlock: Readonly<Record<(typeof blockSites)[number], readonly LoopPhase[]>> = {
  timer: ["poll", "check", "timer"],
  data: ["check", "timer", "poll"],
  promise: ["check", "timer", "poll"],
  immediate: ["timer", "poll", "check"],
};

type FaultOf<Schemas extends (who: never) => readonly v.GenericSchema[]> = v.InferOutput<
  ReturnType<Schemas>[number]
>;

/** What may strike links, processes, machines and clocks of any world. */
export type CommonFault =
  | FaultOf<typeof linkFaults>
  | FaultOf<typeof hostFaults>
  | FaultOf<typeof clockFaults>;

/** Plays faults on a world of machines; what only some worlds know is left to `startOwn`. */
export abstract class HostFaults<
  Own extends TimedFault,
  Carried,
  Host extends StoppableHost<Carried>,
> extends FaultScript<CommonFault | Own, Host> {
  private readonly machines: HostWorld<Carried, Host>;
  private readonly ownKinds: readonly Own["do"][];

  /** @param ownKinds the faults that are left to `startOwn` */
  constructor(
    machines: HostWorld<Carried, Host>,
    faults: readonly (CommonFault | Own)[],
    ownKinds: readonly Own["do"][],
  ) {
    super(machines, faults);
    this.machines = machines;
    this.ownKinds = ownKinds;
  }

  /** Begins a fault that only this world knows. */
  protected abstract startOwn(fault: Own, resolve: (who: Who) => Host[]): Undo;

  protected override start(fault: CommonFault | Own, resolve: (who: Who) => Host[]): Undo {
    if (this.isOwn(fault)) return this.startOwn(fault, resolve);
    return this.startCommon(fault as CommonFault, resolve);
  }

  private isOwn(fault: CommonFault | Own): fault is Own {
    return this.ownKinds.includes(fault.do);
  }

  private startCommon(fault: CommonFault, resolve: (who: Who) => Host[]): Undo {
    const { machines } = this;
    const between = (ends: readonly [Who, Who], oneWay = false) => linksBetween(ends, oneWay, resolve);
    switch (fault.do) {
      case "cut":
        return machines.install(onLinks(between(fault.between), { passes: "nothing" }));
      case "cutOneWay":
        return machines.install(onLinks(between([fault.from, fault.to], true), { passes: "nothing" }));
      case "isolate":
        return machines.install(isolate(new Set(resolve(fault.nodes).map(({ index }) => index))));
      case "flaky":
        return this.flap(between(fault.between, fault.oneWay), fault.upMs, fault.downMs);
      case "hold":
        return machines.install(onLinks(between(fault.between, fault.oneWay), { passes: "later" }));
      case "loss":
        return machines.install(onLinks(between(fault.between, fault.oneWay), { loss: fault.rate }));
      case "latency":
        return machines.install(onLinks(between(fault.between, fault.oneWay), { latency: fault.latency }));
      case "duplicate":
        return machines.install(onLinks(between(fault.between, fault.oneWay), { duplicate: fault.rate }));
      case "heal":
        this.heal();
        return nothing;
      case "crash":
        return each(resolve(fault.nodes), (host) => {
          machines.crash(host, fault);
          return () => machines.restart(host);
        });
      case "restart":
        for (const host of resolve(fault.nodes)) {
          machines.crash(host);
          machines.restart(host);
        }
        return nothing;
      case "pause":
        return each(resolve(fault.nodes), (host) => host.stop());
      case "block":
        return each(resolve(fault.nodes), (host) => host.stop(afterBlock[fault.in]));
      case "suspend":
        return each(resolve(fault.nodes), (host) => machines.suspend(host));
      case "clockRate":
        return each(resolve(fault.nodes), ({ clock }) => {
          clock.setRate(fault.rate);
          return () => clock.setRate(1);
        });
      case "wallJump":
        return each(resolve(fault.nodes), ({ clock }) => {
          clock.jumpWall(fault.byMs);
          return () => clock.jumpWall(-fault.byMs);
        });
    }
  }
}
