import type { ChecksSettings } from "../../liveness/checks/checks-settings.js";
import { HostWorld } from "../cluster/host-world.js";
import type { LinkDefaults } from "../cluster/link.js";
import { type Latency, samplerOf } from "../kernel/latency.js";
import { BackendHost, type Exchange, type GatewayWorldParts, type MachineHost } from "./backend-host.js";
import type { ChecksWatcher } from "./checks-watcher.js";
import { GatewayHost } from "./gateway-host.js";

/** What a gateway, its backends and the links between them are made of. */
export interface GatewayWorldOptions {
  /** All chance comes from it. */
  readonly seed: number;
  readonly backends: readonly string[];
  readonly settings: ChecksSettings;
  /** How long a backend takes to answer. */
  readonly answerMs: Latency;
  readonly requestsPerSecond: number;
  readonly link: LinkDefaults;
  /** How late timers fire. */
  readonly lateness: Latency;
}

/** The name of the gateway. */
export const gatewayName = "gateway";

/** Production health checks before simulated backends: one timeline, one seed, no other source of anything. */
export class GatewayWorld extends HostWorld<Exchange, MachineHost> implements GatewayWorldParts {
  readonly watchers: ChecksWatcher[] = [];
  readonly backends: readonly BackendHost[];
  readonly gateway: GatewayHost;

  constructor(options: GatewayWorldOptions) {
    super(options.seed);
    const { backends, settings, answerMs, requestsPerSecond, link, lateness } = options;
    const machine = (id: string, index: number) => ({
      id,
      index,
      world: this,
      clock: this.makeClock(id, lateness),
    });
    this.backends = backends.map(
      (id, index) =>
        new BackendHost({
          ...machine(id, index),
          delay: samplerOf(answerMs, this.streamOf(`answer/${id}`)),
        }),
    );
    this.gateway = new GatewayHost({
      ...machine(gatewayName, backends.length),
      settings,
      backends: this.backends,
      requestEveryMs: requestsPerSecond === 0 ? Number.POSITIVE_INFINITY : 1000 / requestsPerSecond,
      random: this.streamOf("gateway"),
    });
    this.join([...this.backends, this.gateway], { transport: "datagram", link });
  }

  /** Starts every process, the backends first. */
  boot(): void {
    this.bootAll(this.hosts);
  }

  override tellChanged(what: string): void {
    for (const watcher of this.watchers) watcher.changed(what);
  }

  protected override kill(process: MachineHost, withMachine: boolean): void {
    process.die(withMachine);
  }
}
