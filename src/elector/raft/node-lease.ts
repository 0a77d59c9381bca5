import { type Node, presets, quorumHold, resolveTiming, surePromiseMs } from "../../protocol/index.js";
import type { Driver } from "../../runtime/driver.js";
import type { Clock } from "../../runtime/ports.js";
import type { Lease } from "../leadership/leadership.js";

/** The lease of a node, which is told when it may have been renewed. */
export interface NodeLease extends Lease {
  /** A voter has answered a heartbeat. */
  onReply(): void;
  /** The node has changed. */
  onChanged(): void;
}

/** The lease of a node, as its leaderships see it. */
export function nodeLease(driver: Driver, clock: Clock): NodeLease {
  const { node } = driver;
  const waiting = new Set<{ readonly callback: () => void }>();
  // With each heartbeat: nothing is made where nobody waits.
  const wake = (): void => {
    if (waiting.size > 0) for (const { callback } of [...waiting]) callback();
  };
  return {
    isLeader: (term) => driver.isLeader() && node.announcedTerm === term,
    leaseUntilMs: () => driver.leaseUntilMs(),
    nowMs: () => clock.nowMs(),
    longerBy,
    get longestMs() {
      return longestMs(node);
    },
    onRenewed(callback) {
      const entry = { callback };
      waiting.add(entry);
      return () => {
        waiting.delete(entry);
      };
    },
    onReply: wake,
    // The last voter of a cluster gets no answers: its lease has no end from that change on.
    onChanged() {
      if (node.record.configuration.voters.length === 1) wake();
    },
  };
}

/** What a lease has at the moment at which the heartbeat that it rests on is sent: it has less by the time the answers come. */
function longestMs(node: Node): number {
  const { role, record, settings } = node;
  if (record.configuration.voters.length === 1) return Number.POSITIVE_INFINITY;
  // Members that hold their votes for longer than this node does give it longer leases.
  const promisedMs = role.name === "leader" ? quorumHold(node, role) : 0;
  return surePromiseMs(Math.max(settings.voteHoldMs, promisedMs), settings.clockDriftRatio);
}

function longerBy(forMs: number): string {
  for (const [name, input] of Object.entries(presets)) {
    const resolution = resolveTiming(input);
    if (!resolution.ok) continue;
    const { voteHoldMs, heartbeatIntervalMs, clockDriftRatio } = resolution.timing;
    const presetMs = surePromiseMs(voteHoldMs, clockDriftRatio);
    // With room for a renewal.
    if (presetMs - heartbeatIntervalMs >= forMs)
      return `use a longer voteHoldMs, or the timing "${name}" (${presetMs.toFixed(1)} ms)`;
  }
  return "use a longer voteHoldMs";
}
