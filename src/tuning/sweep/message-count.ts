import { Watcher } from "../../simulation/cluster/watcher.js";

/** Counts the messages that nodes give to the network. */
export class MessageCount extends Watcher {
  count = 0;

  override sent(): void {
    this.count++;
  }
}
