import { Cluster, type ClusterOptions } from "../cluster/cluster.js";
import type { Scenario } from "../scenario/scenario.js";

/**
 * The cluster a scenario describes, before anything happens in it.
 * @param program what runs on its machines, if not a node and its driver alone
 */
export function clusterOf(scenario: Scenario, seed: number, program?: ClusterOptions["program"]): Cluster {
  const { voters, observers, network, disk, timers, protocol, timingOf } = scenario;
  const { latency, loss, duplicate, links } = network;
  // Where a newer configuration stands for a longer log, no refusal may bring it.
  const keepsConfiguration = scenario.eligible !== undefined || scenario.logs === "different";
  const modes = keepsConfiguration ? { ...protocol, keepsConfiguration } : protocol;
  return new Cluster({
    seed,
    voters,
    observers,
    settingsOf: (id) => ({ ...timingOf(id), modes }),
    transport: network.transport,
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
    writeMs: disk.write,
    lateness: timers.lateness,
    ...(program && { program }),
    hasCopies: scenario.faults.some((fault) => fault.do === "putBack"),
  });
}
