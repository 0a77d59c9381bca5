import type { Beat } from "../../liveness/monitor-api.js";
import { each, type Undo } from "../faults/fault-script.js";
import { HostFaults } from "../faults/host-faults.js";
import type { Who } from "../run/selectors.js";
import type { PairHost } from "./hosts/pair-host.js";
import type { PairWorld } from "./hosts/pair-world.js";
import { type PairScenario, partiesNamed } from "./pair-scenario.js";
import type { PairFault } from "./pair-schema.js";

type Leave = Extract<PairFault, { do: "leave" }>;

/** Plays a pair scenario's faults, each at its time. */
export class PairFaults extends HostFaults<Leave, Beat, PairHost> {
  private readonly pairs: PairWorld;
  private readonly scenario: PairScenario;

  constructor(pairs: PairWorld, scenario: PairScenario) {
    super(pairs, scenario.faults, ["leave"]);
    this.pairs = pairs;
    this.scenario = scenario;
  }

  protected override resolve(who: Who): PairHost[] {
    const names = partiesNamed(who, this.scenario);
    return this.pairs.hosts.filter(({ id }) => names.includes(id));
  }

  protected override startOwn({ nodes }: Leave, resolve: (who: Who) => PairHost[]): Undo {
    const hosts = resolve(nodes);
    return each(
      this.pairs.senders.filter((sender) => hosts.includes(sender)),
      (sender) => this.pairs.leave(sender),
    );
  }
}
