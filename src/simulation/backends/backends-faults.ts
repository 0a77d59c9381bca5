import { each, type Undo } from "../faults/fault-script.js";
import { HostFaults } from "../faults/host-faults.js";
import { samplerOf } from "../kernel/latency.js";
import type { Who } from "../run/selectors.js";
import type { BackendHost, Exchange, MachineHost } from "./backend-host.js";
import { type BackendsScenario, machinesNamed } from "./backends-scenario.js";
import type { BackendsFault } from "./backends-schema.js";
import type { GatewayWorld } from "./gateway-world.js";

type OwnFault = Extract<BackendsFault, { do: "unwell" | "slow" | "drain" }>;

/** Plays the faults of a scenario of backends, each at its time. */
export class BackendsFaults extends HostFaults<OwnFault, Exchange, MachineHost> {
  private readonly gatewayWorld: GatewayWorld;
  private readonly names: readonly string[];

  constructor(world: GatewayWorld, { faults, names }: BackendsScenario) {
    super(world, faults, ["unwell", "slow", "drain"]);
    this.gatewayWorld = world;
    this.names = names;
  }

  protected override resolve(who: Who): MachineHost[] {
    const named = machinesNamed(who, this.names);
    return this.gatewayWorld.hosts.filter(({ id }) => named.includes(id));
  }

  protected override startOwn(fault: OwnFault, resolve: (who: Who) => MachineHost[]): Undo {
    const { gatewayWorld } = this;
    const hosts = resolve(fault.nodes);
    const backends = gatewayWorld.backends.filter((backend) => hosts.includes(backend));
    switch (fault.do) {
      case "unwell":
        return each(backends, (backend) => {
          backend.isWell = false;
          return () => {
            backend.isWell = true;
          };
        });
      case "slow":
        return each(backends, (backend) => this.slow(backend, fault));
      case "drain":
        return each(backends, ({ id }) => {
          gatewayWorld.gateway.drain(id, true);
          return () => gatewayWorld.gateway.drain(id, false);
        });
    }
  }

  private slow(backend: BackendHost, { answers }: Extract<OwnFault, { do: "slow" }>): Undo {
    const { delay } = backend;
    backend.delay = samplerOf(answers, this.gatewayWorld.streamOf(`answer/${backend.id}/fault`));
    return () => {
      backend.delay = delay;
    };
  }
}
