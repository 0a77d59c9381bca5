import type { DriverHandlers } from "../../runtime/driver.js";
import type { SimulatedProcess } from "./simulated-process.js";
import type { Watcher } from "./watcher.js";

/** Notes on a process what its driver tells, and tells it to the watchers, and then to the owner of the driver, if it has one. */
export function watchedHandlers(
  process: SimulatedProcess,
  watchers: readonly Watcher[],
  owner: DriverHandlers | null,
): DriverHandlers {
  return {
    onGained(term) {
      process.toldTerm = term;
      process.refreshLease();
      for (const watcher of watchers) watcher.gained(process, term);
      owner?.onGained(term);
    },
    onLost(term, reason) {
      for (const watcher of watchers) watcher.lost(process, term, reason);
      process.toldTerm = null;
      if (owner !== null) owner.onLost(term, reason);
      // A service that is not played drains at once.
      else if (process.node.heir !== null) process.driver.tell({ kind: "drained" });
    },
    onChanged: () => owner?.onChanged(),
    onFailed(error) {
      process.failure = error;
      owner?.onFailed(error);
    },
  };
}
