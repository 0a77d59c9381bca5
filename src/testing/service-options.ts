import type { NodeId } from "../protocol/index.js";
import type { ScenarioInput } from "../simulation/scenario/scenario.js";
import type { Replica } from "./replica.js";
import type { ServiceError } from "./service-error.js";
import type { ReplicaOptions } from "./service-machine.js";

/** What a simulated service is made of. */
export interface ServiceClusterOptions {
  /** Starts the service on a replica; called when a replica has started, and again when it is started anew. */
  readonly service: (replica: Replica) => void | Promise<void>;
  /**
   * Takes what the service throws, the promises that it leaves rejected, and its use of real time.
   * @defaultValue the first of them fails the call that passes time
   */
  readonly onServiceError?: ((error: ServiceError) => void) | undefined;
  /**
   * All chance comes from it.
   * @defaultValue 1
   */
  readonly seed?: number | undefined;
  /**
   * Nodes, timing, network, disks and timers, as in a scenario file.
   * @defaultValue three nodes with the timing of an elector that is given none
   */
  readonly world?: Pick<ScenarioInput, "cluster" | "timing" | "network" | "disk" | "timers"> | undefined;
  /** What the electors are given, all of them or each its own. */
  readonly elector?: (ReplicaOptions | ((id: NodeId) => ReplicaOptions)) | undefined;
  /**
   * False for replicas with empty disks, which found their cluster or join one as their `elector` options say.
   * @defaultValue true: each voter and observer has the record of a cluster that is founded
   */
  readonly founded?: boolean | undefined;
  /** Machines, some of `world` or others, that have no record and no replica at first; `restart` starts one. */
  readonly spares?: readonly NodeId[] | undefined;
  /**
   * False where the safety checkers would judge more than one cluster, as after a recovery while lost members still run.
   * @defaultValue true
   */
  readonly judged?: boolean | undefined;
}

/** A fault as in a scenario file, without its time: of the network, the machines, the disks or the clocks. */
export type ServiceFault = WithoutTime<
  Exclude<
    NonNullable<ScenarioInput["faults"]>[number],
    { readonly do: "restart" | "putBack" | "forge" | "transfer" | "reconfigure" | "heal" }
  >
>;

type WithoutTime<F> = F extends unknown ? Omit<F, "at" | "every" | "random"> : never;
