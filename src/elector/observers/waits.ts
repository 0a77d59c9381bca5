import { RaftbeatError } from "../../errors.js";

/** Waits that always settle: by what they wait for, by their signal, or by the end of the elector. */
export interface Waits {
  /**
   * Begins a wait; `begin` is given what settles it, and returns what to undo once it has settled, however it did.
   * @throws RaftbeatError `aborted`, and what `end` was told
   */
  wait<T>(signal: AbortSignal | undefined, begin: Begin<T>): Promise<T>;
  /** Rejects every wait, and each later one, with this error. */
  end(error: RaftbeatError): void;
}

/** Starts what a wait waits for. */
export type Begin<T> = (
  resolve: (value: T) => void,
  reject: (error: RaftbeatError) => void,
) => (() => void) | undefined;

/** Makes the waits of one elector. */
export function createWaits(): Waits {
  const waiting = new Set<(error: RaftbeatError) => void>();
  let ended: RaftbeatError | null = null;

  return {
    wait<T>(signal: AbortSignal | undefined, begin: Begin<T>): Promise<T> {
      if (ended !== null) return Promise.reject(ended);
      if (signal?.aborted) return Promise.reject(abortedBy(signal));
      return new Promise<T>((resolve, reject) => {
        let undo: (() => void) | undefined;
        let settled = false;
        const settle = (how: () => void): void => {
          if (settled) return;
          settled = true;
          signal?.removeEventListener("abort", onAbort);
          waiting.delete(fail);
          undo?.();
          how();
        };
        const fail = (error: RaftbeatError): void => settle(() => reject(error));
        const onAbort = (): void => fail(abortedBy(signal as AbortSignal));
        signal?.addEventListener("abort", onAbort, { once: true });
        waiting.add(fail);
        undo = begin((value) => settle(() => resolve(value)), fail);
        if (settled) undo?.();
      });
    },
    end(error) {
      ended ??= error;
      for (const fail of [...waiting]) fail(ended);
    },
  };
}

function abortedBy(signal: AbortSignal): RaftbeatError {
  return new RaftbeatError("aborted", "the wait was aborted by its signal", { cause: signal.reason });
}
