import type { LossReason, Message } from "../../protocol/index.js";
import type { DriverHandlers } from "../../runtime/driver.js";
import type { Fault } from "../scenario/fault-schema.js";
import type { DropReason } from "./link.js";
import type { SimulatedProcess } from "./simulated-process.js";

/** Looks at all that happens in a simulated cluster; changes nothing. Every method may be left as it is. */
export class Watcher {
  /** A message was handed to a node, and the node has dealt with it. */
  delivered(_to: SimulatedProcess, _from: SimulatedProcess, _message: Message): void {}
  /** A timer is about to call back. */
  fired(_process: SimulatedProcess): void {}
  /** A node gives a message to the network. */
  sent(_from: SimulatedProcess, _to: SimulatedProcess, _message: Message): void {}
  /** A message that was sent will not arrive, or one of its copies will not. */
  dropped(_from: SimulatedProcess, _to: SimulatedProcess, _message: Message, _why: DropReason): void {}
  /** A node has dealt with an input: a message, a timer, a finished write. */
  settled(_process: SimulatedProcess): void {}
  /** A node was told that it leads. */
  gained(_process: SimulatedProcess, _term: number): void {}
  /** A node was told that it leads no longer. */
  lost(_process: SimulatedProcess, _term: number, _reason: LossReason): void {}
  /** A process has started, from what is on its disk. */
  started(_process: SimulatedProcess): void {}
  /** A process has died. */
  died(_process: SimulatedProcess): void {}
  /** Links, clocks, processes or disks are no longer what they were: a fault began or ended. */
  changed(_what: string): void {}
  /** A fault strikes these nodes (none: the network as a whole); `number` tells it from all others of the run. */
  faultBegan(_number: number, _fault: Fault, _nodes: readonly SimulatedProcess[]): void {}
  /** What the fault did is undone; one that only happens, such as a restart, ends as it begins. */
  faultEnded(_number: number): void {}
  /** The run is over: the part each process plays in the words of its scenario, such as `leader` or `follower2`, or its id where it plays none. */
  cast(_partOf: (process: SimulatedProcess) => string): void {}
  /** The run is over, now; what has not come by this time does not come. */
  ended(): void {}
}

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
      else if (process.node.transferee !== null) process.driver.tell({ kind: "drained" });
    },
    onChanged: () => owner?.onChanged(),
    onFailed(error) {
      process.failure = error;
      owner?.onFailed(error);
    },
  };
}
