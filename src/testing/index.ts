/** A service of yours on electors in a simulated world: crashes, partitions and pauses on simulated time, every event judged by the safety checkers. */

export type { ContractCase } from "./contracts/contract-case.js";
export type { MetPeer, RecordedNode, Told } from "./contracts/recorded-node.js";
export { transportContract } from "./contracts/transport-contract.js";
export type { LinkEnding, TransportHarness } from "./contracts/transport-network.js";
export { type VoteStoreHarness, voteStoreContract } from "./contracts/vote-store-contract.js";
export { type Replica, ServiceCluster, type ServiceClusterOptions } from "./service-cluster.js";
