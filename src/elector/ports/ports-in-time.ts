import { asRaftbeatError, RaftbeatError } from "../../errors.js";
import type { DurableRecord } from "../../protocol/index.js";
import type { Schedule, Transport, TransportHandlers, VoteStore } from "../../runtime/ports.js";

/**
 * What a node asks of its store and its transport when it starts and when it ends. A disk that hangs never calls back, so every wait has
 * a limit. Limits and no signal: nobody passes a signal for what has always taken milliseconds, and who starts a node means it to start.
 */

/** How long the store may take to open and to write the first record, and the transport to start; each. In milliseconds. */
export const openLimitMs = 30_000;

/** How long the transport may take to stop, and the store to close; each. In milliseconds. */
export const closeLimitMs = 5_000;

/**
 * Opens the store.
 * @throws the store's own error, or RaftbeatError `storeFailed` after `openLimitMs`
 */
export async function openStore(store: VoteStore, schedule: Schedule): Promise<DurableRecord | null> {
  let isLate = false;
  try {
    return await settledWithin(schedule, openLimitMs, (resolve, reject) =>
      store.open((error, record) => {
        // Nobody waits for it any more, and its lock must not stay with a process that does not use it.
        if (isLate && error === null) store.close(() => {});
        if (error === null) resolve(record);
        else reject(asRaftbeatError(error, "storeFailed", "the vote store could not be opened"));
      }),
    );
  } catch (error) {
    if (!(error instanceof TooLate)) throw error;
    isLate = true;
    throw new RaftbeatError(
      "storeFailed",
      `the vote store has not opened within ${openLimitMs} ms: does its disk answer? Mend or remount it, then start the node again`,
    );
  }
}

/**
 * Writes a record outside the protocol: at the start, or as the last.
 * @throws RaftbeatError `storeFailed`
 */
export function writeRecord(store: VoteStore, record: DurableRecord, schedule: Schedule): Promise<void> {
  return settledWithin<void>(schedule, openLimitMs, (resolve, reject) =>
    store.write(record, (error) => {
      if (error === null) resolve();
      else reject(asRaftbeatError(error, "storeFailed", "the record could not be written"));
    }),
  ).catch(
    orElse(
      "storeFailed",
      `the record was not written within ${openLimitMs} ms: does the disk of the vote store answer?`,
    ),
  );
}

/**
 * Starts the transport.
 * @throws the transport's own error, or RaftbeatError `transportFailed` after `openLimitMs`
 */
export function startTransport(
  transport: Transport,
  hear: TransportHandlers,
  schedule: Schedule,
): Promise<void> {
  return settledWithin<void>(schedule, openLimitMs, (resolve, reject) =>
    transport.start(hear, (error) => {
      if (error === null) resolve();
      else reject(asRaftbeatError(error, "transportFailed", "the transport could not start"));
    }),
  ).catch(orElse("transportFailed", `the transport has not started within ${openLimitMs} ms`));
}

/**
 * Stops the transport, if there is one, then closes the store. Never rejects: gives null, or why one of them has not ended in time.
 * A store that has not closed may still write what it was told to before; who owns the lock goes on owning it until then.
 */
export async function closePorts(
  transport: Transport | null,
  store: VoteStore,
  schedule: Schedule,
): Promise<RaftbeatError | null> {
  const end = (what: string, code: "transportFailed" | "storeFailed", close: (done: () => void) => void) =>
    settledWithin<null>(schedule, closeLimitMs, (resolve) => close(() => resolve(null))).catch(
      (error: unknown) =>
        error instanceof TooLate
          ? new RaftbeatError(code, `${what} within ${closeLimitMs} ms`)
          : asRaftbeatError(error, code, what),
    );
  const left =
    transport === null
      ? null
      : await end("the transport has not stopped", "transportFailed", (done) => transport.stop(done));
  const open = await end(
    "a write may still reach the disk, and the lock of the vote store is kept: it has not closed",
    "storeFailed",
    (done) => store.close(done),
  );
  return open ?? left;
}

/** Resolves within the limit, whatever the promise does. */
export function atMost(schedule: Schedule, limitMs: number, promise: Promise<unknown>): Promise<void> {
  return settledWithin<void>(schedule, limitMs, (resolve, reject) => {
    promise.then(() => resolve(), reject);
  }).catch(() => {});
}

class TooLate extends Error {}

/** Settles as `begin` says, or rejects with `TooLate`. */
function settledWithin<Value>(
  schedule: Schedule,
  limitMs: number,
  begin: (resolve: (value: Value) => void, reject: (error: unknown) => void) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = schedule(limitMs, () => reject(new TooLate()));
    try {
      begin(
        (value) => {
          cancel();
          resolve(value);
        },
        (error) => {
          cancel();
          reject(error);
        },
      );
    } catch (error) {
      cancel();
      reject(error);
    }
  });
}

function orElse(code: "transportFailed" | "storeFailed", sentence: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof TooLate ? new RaftbeatError(code, sentence) : error;
  };
}
