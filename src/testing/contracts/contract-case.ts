import { systemClock, systemSchedule } from "../../runtime/system-ports.js";

/**
 * One claim that every implementation of a port must keep, and the check of it. Run each case of a contract as a test of its own:
 *
 * @example
 * for (const { name, run } of transportContract) test(name, () => run(myHarness()));
 */
export interface ContractCase<Harness> {
  /** What must be so, as a sentence about the implementation. */
  readonly name: string;
  /**
   * Checks the claim on what a fresh harness makes, and stops all that it started.
   * @throws AssertionError where the claim does not hold
   */
  run(harness: Harness): Promise<void>;
}

const clock = systemClock();

/**
 * Waits until the condition holds.
 * @param what the condition in words
 * @throws Error naming the condition, when `withinMs` milliseconds have passed
 */
export async function until(what: string, condition: () => boolean, withinMs = 5000): Promise<void> {
  const deadlineMs = clock.nowMs() + withinMs;
  while (!condition()) {
    if (clock.nowMs() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise<void>((resolve) => systemSchedule(2, resolve));
  }
}
