/** A service of yours on electors in a simulated world: crashes, partitions and pauses on simulated time, every event judged by the safety checkers. */

export { type ChaosOptions, type ChaosSetup, type ChaosSubject, chaos } from "./chaos/chaos.js";
export type { TimedFault } from "./chaos/chaos-plan.js";
export type { ContractCase } from "./contracts/contract-case.js";
export type { MetPeer, RecordedNode, Told } from "./contracts/recorded-node.js";
export { transportContract } from "./contracts/transport-contract.js";
export type { LinkEnding, TransportHarness } from "./contracts/transport-network.js";
export { type VoteStoreHarness, voteStoreContract } from "./contracts/vote-store-contract.js";
export type { Replica } from "./replica.js";
export { ServiceCluster } from "./service-cluster.js";
export { ServiceError } from "./service-error.js";
export type { ReplicaOptions, ServiceMachine } from "./service-machine.js";
export type { ServiceNetwork } from "./service-network.js";
export type { ServiceClusterOptions, ServiceFault } from "./service-options.js";
export type { ServiceScope } from "./service-scope.js";
export { type ServiceTestOptions, testService } from "./test-service.js";
