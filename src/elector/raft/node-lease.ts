import { promiseUntil } from "../../protocol/index.js";
import type { Driver } from "../../runtime/driver.js";
import type { Clock } from "../../runtime/ports.js";
import type { Lease } from "../leadership/leadership.js";

/** The lease of a node, as its leaderships see it. */
export function nodeLease(driver: Driver, clock: Clock): Lease {
  const { node } = driver;
  return {
    isLeader: () => driver.isLeader(),
    leaseUntilMs: () => driver.leaseUntilMs(),
    nowMs: () => clock.nowMs(),
    longerBy: "voteHoldMs",
    get longestMs() {
      const alone = node.record.configuration.voters.length === 1;
      return alone ? Number.POSITIVE_INFINITY : promiseUntil(node, 0, node.settings.voteHoldMs);
    },
  };
}
