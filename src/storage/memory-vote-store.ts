import { RaftbeatError } from "../errors.js";
import type { DurableRecord } from "../protocol/index.js";
import type { VoteStore } from "../runtime/ports.js";

/**
 * Keeps a node's record as long as this object lives: for tests, and for studies in one process. A node that restarts without its
 * record has forgotten its votes, and nodes that forget can elect two leaders in one term, hence the flag. `open` fails with
 * `storeLocked`, `write` with `storeFailed`.
 * @throws RaftbeatError `invalidSettings` without the flag
 * @example
 * const store = memoryVoteStore({ unsafeForgetsVotes: true });
 */
export function memoryVoteStore(options: { readonly unsafeForgetsVotes: true }): VoteStore {
  const given: unknown = options?.unsafeForgetsVotes;
  if (given !== true)
    throw new RaftbeatError(
      "invalidSettings",
      `memoryVoteStore needs { unsafeForgetsVotes: true }, not ${String(given)}: after a restart its node has forgotten its votes. ` +
        "Use fileVoteStore(directory) for a service.",
    );
  let kept: DurableRecord | null = null;
  let isOpen = false;
  return {
    open(callback) {
      const refusal = isOpen
        ? new RaftbeatError("storeLocked", "the memory vote store is open already")
        : null;
      isOpen = true;
      const record = refusal === null ? kept : null;
      queueMicrotask(() => callback(refusal, record));
    },
    write(record, callback) {
      const refusal = isOpen ? null : new RaftbeatError("storeFailed", "the memory vote store is not open");
      if (refusal === null) kept = record;
      queueMicrotask(() => callback(refusal));
    },
    close(callback) {
      isOpen = false;
      queueMicrotask(callback);
    },
  };
}
