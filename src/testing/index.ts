/** A service of yours on electors in a simulated world: crashes, partitions and pauses on simulated time, every event judged by the safety checkers. */
export { type Replica, ServiceCluster, type ServiceClusterOptions } from "./service-cluster.js";
