/**
 * The stable codes of every error raftbeat throws. A code never changes its meaning; messages may.
 *
 * - `invalidSettings`     a setting is impossible, or two settings contradict each other
 * - `storeFailed`         the vote store could not read or write; the node has stopped
 * - `storeCorrupt`        the vote store holds no valid record where there should be one
 * - `storeLocked`         another process uses the vote store
 * - `wrongRecord`         the vote store holds the record of another node, or of a node of another cluster
 * - `recordCopied`        the record is a copy of one that has gone on elsewhere; the node has stopped
 * - `transportFailed`     the transport could not listen or connect
 * - `notLeader`           the call needs a leader and this node is none
 * - `leaseTooShort`       less of the lease remains than was asked for
 * - `leaseOutOfReach`     more of a lease was asked for than these settings ever give
 * - `transferRefused`     the leadership cannot be handed to that node now
 * - `reconfigureRefused`  the configuration cannot be changed that way now
 * - `aborted`             an AbortSignal ended the wait
 * - `stopped`             the elector was stopped
 * - `timeout`             a deadline passed
 * - `runInProgress`       one `whileLeader` at a time
 * - `internal`            something threw inside a node, or inside a port given to it; the node has stopped
 */
export type ErrorCode =
  | "invalidSettings"
  | "storeFailed"
  | "storeCorrupt"
  | "storeLocked"
  | "wrongRecord"
  | "recordCopied"
  | "transportFailed"
  | "notLeader"
  | "leaseTooShort"
  | "leaseOutOfReach"
  | "transferRefused"
  | "reconfigureRefused"
  | "aborted"
  | "stopped"
  | "timeout"
  | "runInProgress"
  | "internal";

/** An error of the world around the protocol: a disk, a socket, a setting. `message` names the value and the remedy. */
export class RaftbeatError extends Error {
  override readonly name = "RaftbeatError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** What was thrown, as one of ours: itself, or the cause of one with this code whose message says `what` happened. */
export function asRaftbeatError(thrown: unknown, code: ErrorCode, what: string): RaftbeatError {
  if (thrown instanceof RaftbeatError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new RaftbeatError(code, `${what}: ${detail}`, { cause: thrown });
}

/** The packages that only some services need, with the ranges of the optional peers in package.json. */
const optionalPackages = { "fast-check": "^4.10.2", "prom-client": "^15.1.3" } as const;

/**
 * What became of an import of an optional package: an error that says how to install it, or the cause itself where something else failed.
 * @param what what needs the package, such as `Prometheus metrics need`
 */
export function optionalPackageError(
  name: keyof typeof optionalPackages,
  what: string,
  cause: unknown,
): unknown {
  const { code, message } = (cause ?? {}) as NodeJS.ErrnoException;
  if (!/MODULE_NOT_FOUND/.test(code ?? "") || !message?.includes(name)) return cause;
  return new RaftbeatError(
    "invalidSettings",
    `${what} the package ${name}, which is not installed: npm install "${name}@${optionalPackages[name]}"`,
    { cause },
  );
}
