import type { Elector } from "../elector/api.js";
import type { NodeId } from "../protocol/index.js";
import type { SimulatedProcess } from "../simulation/cluster/simulated-process.js";
import { runService, type ServiceScope } from "./service-scope.js";

/** One start of one replica, as the service that runs on it sees it. */
export interface Replica {
  readonly id: NodeId;
  /** The production elector, on simulated time, network and disk. */
  readonly elector: Elector;
  /** Milliseconds of the replica's monotonic clock. */
  nowMs(): number;
  /**
   * Resolves after so many milliseconds on the replica's clock: later where it is paused, never where it dies.
   * Rejects with the reason of `signal` when that is aborted.
   */
  sleep(forMs: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Calls back after so many milliseconds on the replica's clock, unless it dies before. @returns cancels it */
  schedule(afterMs: number, callback: () => void): () => void;
}

/** The replica on a machine whose elector has started. */
export function replicaOf({ id, clock }: SimulatedProcess, elector: Elector, scope: ServiceScope): Replica {
  return {
    id,
    elector,
    nowMs: () => clock.nowMs(),
    sleep: (forMs, { signal } = {}) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        const cancel = clock.schedule(forMs, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        const onAbort = () => {
          cancel();
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    schedule: (afterMs, callback) =>
      clock.schedule(afterMs, () => runService(scope, "a scheduled callback threw", callback)),
  };
}
