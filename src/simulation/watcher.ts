import type { LossReason, Message } from "../protocol/index.js";
import type { SimulatedProcess } from "./simulated-process.js";

/** Looks at all that happens in a simulated cluster; changes nothing. Every method may be left as it is. */
export class Watcher {
  /** A message was handed to a node, and the node has dealt with it. */
  delivered(_to: SimulatedProcess, _from: SimulatedProcess, _message: Message): void {}
  /** A timer is about to call back. */
  fired(_process: SimulatedProcess): void {}
  /** A node gives a message to the network. */
  sent(_from: SimulatedProcess, _to: SimulatedProcess, _message: Message): void {}
  /** A node has dealt with whatever it was told: a message, a timer, a finished write. */
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
}
