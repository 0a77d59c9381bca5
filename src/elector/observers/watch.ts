/** Readers of a value that changes: each is told the present first, then what is newest whenever it asks; the last is never dropped. */
export interface Watch<T> {
  /** The value has changed. */
  notify(): void;
  /** It has changed for the last time. */
  end(): void;
  /** Ends after the last value, or quietly when the signal is aborted. */
  values(signal?: AbortSignal): AsyncIterable<T>;
}

/** Makes a watch of what `read` returns. Nothing is kept for slow readers, so they cannot fill the memory. */
export function createWatch<T>(read: () => T): Watch<T> {
  const waiting = new Set<() => void>();
  let version = 0;
  let ended = false;

  function notify(): void {
    if (ended) return;
    version++;
    const woken = [...waiting];
    waiting.clear();
    for (const wake of woken) wake();
  }

  function nextChange(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      waiting.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  async function* values(signal?: AbortSignal): AsyncGenerator<T, void> {
    let seen = -1;
    while (!signal?.aborted) {
      if (seen !== version) {
        seen = version;
        yield read();
      } else if (ended) return;
      else await nextChange(signal);
    }
  }

  return {
    notify,
    end() {
      notify();
      ended = true;
    },
    values: (signal) => ({ [Symbol.asyncIterator]: () => values(signal) }),
  };
}
