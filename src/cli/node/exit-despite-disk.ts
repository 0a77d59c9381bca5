import type { VoteStore } from "../../runtime/ports.js";

/**
 * The same store, except that it does not keep this process from ending: `process.exit` waits for every thread, also for one that waits
 * for a disk that hangs. So where the store still owes an answer at exit, the process ends by a signal.
 */
export function exitDespiteDisk(
  store: VoteStore,
  onExit = (listener: () => void): unknown => process.once("exit", listener),
  end = endAtOnce,
): VoteStore {
  let owedCount = 0;
  const owed = <Args extends unknown[]>(callback: (...args: Args) => void) => {
    owedCount++;
    return (...args: Args): void => {
      owedCount--;
      callback(...args);
    };
  };
  onExit(() => {
    if (owedCount > 0) end();
  });
  return {
    open: (callback) => store.open(owed(callback)),
    write: (record, callback) => store.write(record, owed(callback)),
    close: (callback) => store.close(owed(callback)),
  };
}

function endAtOnce(): void {
  process.kill(process.pid, "SIGKILL");
  // Process 1 of a container takes no signal from itself.
  process.abort();
}
