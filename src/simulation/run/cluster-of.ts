import type { Timing } from "../../protocol/index.js";
import { Cluster, type ClusterOptions } from "../cluster/cluster.js";
import type { Scenario } from "../scenario/scenario.js";
import { candidacyOf } from "./study-candidacy.js";

/**
 * The cluster a scenario describes, before anything happens in it.
 * @param program what runs on its machines, if not a node and its driver alone
 */
export function clusterOf(scenario: Scenario, seed: number, program?: ClusterOptions["program"]): Cluster {
  const { voters, observers, network, disk, timers, protocol, timings } = scenario;
  const { latency, loss, duplicate, links } = network;
  const { preVote, quorumCheck, voteHold, durable } = protocol;
  const modes = { preVote, quorumCheck, voteHold, durable };
  return new Cluster({
    seed,
    voters,
    observers,
    settingsOf: (id) => ({ ...(timings[id] as Timing), modes, candidacy: candidacyOf(scenario, id) }),
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
