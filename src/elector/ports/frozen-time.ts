import { systemTime } from "../../runtime/system-ports.js";
import type { ElectorPorts } from "../api.js";

/** How long a node waits in real time before it says that its own time stands still. */
const patienceMs = 2_000;
const oneMoreTurnMs = 10;

/** Looks whether the time of a node passes. */
export interface TimeWatch {
  /** Looks for two real seconds from now; the node waits for something. Costs a timer, and nothing where a look is under way. */
  look(): void;
  /** The node has ended. */
  end(): void;
}

/**
 * Finds timers that a test has replaced, by what they are to a node: they do not run while real time passes. A node waits for ever then, so it
 * is said, once.
 * @param afterRealMs calls back after so much real time, whatever has become of the timers
 */
export function createTimeWatch(
  { clock, schedule }: ElectorPorts,
  afterRealMs: (afterMs: number, callback: () => void) => void,
  warn: (sentence: string) => void,
): TimeWatch {
  let isLooking = false;
  let isOver = false;

  return {
    look() {
      if (isLooking || isOver) return;
      isLooking = true;
      const fromMs = clock.nowMs();
      const still = new Set<string>([systemTime.schedule, systemTime.afterPoll]);
      const cancel = schedule(0, () => still.delete(systemTime.schedule));
      clock.afterPoll(() => still.delete(systemTime.afterPoll));
      const judge = (): void => {
        isLooking = false;
        cancel();
        if (clock.nowMs() - fromMs < patienceMs / 2) still.add(systemTime.nowMs);
        if (isOver || still.size === 0) return;
        isOver = true;
        warn(standsStill([...still]));
      };
      // After a blocked event loop this timer may come before those that were due: they are given one more turn.
      afterRealMs(patienceMs, () =>
        isOver || still.size === 0 ? judge() : afterRealMs(oneMoreTurnMs, judge),
      );
    },
    end() {
      isOver = true;
    },
  };
}

function standsStill(names: readonly string[]): string {
  return `this node waits, and its time stands still: ${names.join(", ")} did nothing in ${patienceMs / 1000} seconds. A test has replaced them (vi.useFakeTimers, jest.useFakeTimers, sinon.useFakeTimers, mock.timers of node:test), so nothing that the node waits for can come: leave ${Object.values(systemTime).join(", ")} real, as vi.useFakeTimers({ toFake: ["Date"] }) does, or test the service with ServiceCluster of raftbeat/testing, which has a time of its own`;
}
