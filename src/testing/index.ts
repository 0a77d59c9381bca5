/** A service of yours on electors in a simulated world: crashes, partitions and pauses on simulated time, every event judged by the safety checkers. */

export type { Replica } from "./replica.js";
export { ServiceCluster } from "./service-cluster.js";
export type { ReplicaOptions, ServiceMachine } from "./service-machine.js";
export type { ServiceNetwork } from "./service-network.js";
export type { ServiceClusterOptions, ServiceFault } from "./service-options.js";
