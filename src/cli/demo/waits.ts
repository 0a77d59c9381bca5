import { RaftbeatError } from "../../errors.js";
import type { Schedule } from "../../runtime/ports.js";

/** Waits for what others bring about: conditions are looked at again each time somebody says that something happened. */
export interface Waits {
  /**
   * Resolves once the condition holds.
   * @throws RaftbeatError `timeout` with `what`, `aborted`, or what `fail` was told
   */
  until(condition: () => boolean, withinMs: number, what: string): Promise<void>;
  /**
   * Resolves after a while.
   * @throws RaftbeatError `aborted`, or what `fail` was told
   */
  pause(forMs: number): Promise<void>;
  /** Something happened. */
  notice(): void;
  /** Every wait, present and later, ends with this error. */
  fail(error: Error): void;
}

/** A waits whose waits end with the signal. */
export function createWaits(schedule: Schedule, signal: AbortSignal): Waits {
  const waits = new Set<{ look(): void; fail(error: Error): void }>();
  let failure: Error | null = null;

  function fail(error: Error): void {
    failure ??= error;
    for (const wait of [...waits]) wait.fail(failure);
  }
  function onAbort(): void {
    fail(new RaftbeatError("aborted", `interrupted: ${String(signal.reason)}`));
  }
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });

  function wait(
    condition: () => boolean,
    withinMs: number,
    onTimeout: (settle: Settle) => void,
  ): Promise<void> {
    if (failure !== null) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      const end = (settled: () => void) => {
        cancel();
        waits.delete(entry);
        settled();
      };
      const settle: Settle = { resolve: () => end(resolve), reject: (error) => end(() => reject(error)) };
      const entry = {
        look: () => {
          if (condition()) settle.resolve();
        },
        fail: settle.reject,
      };
      const cancel = schedule(withinMs, () => onTimeout(settle));
      waits.add(entry);
      entry.look();
    });
  }

  return {
    until: (condition, withinMs, what) =>
      wait(condition, withinMs, ({ reject }) =>
        reject(new RaftbeatError("timeout", `${what} within ${Math.round(withinMs)} ms`)),
      ),
    pause: (forMs) =>
      wait(
        () => false,
        forMs,
        ({ resolve }) => resolve(),
      ),
    notice: () => {
      for (const { look } of [...waits]) look();
    },
    fail,
  };
}

interface Settle {
  resolve(): void;
  reject(error: Error): void;
}
