/** The stable codes of every error raftbeat throws, explained in `errorRemedies`. A code never changes its meaning; messages may. */
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
  const { code, message } = (cause ?? {}) as {
    readonly code?: string | undefined;
    readonly message?: string | undefined;
  };
  if (
    !/MODULE_NOT_FOUND/.test(code ?? "") ||
    !new RegExp(`(?:package|module) '${name}['/]`).test(message ?? "")
  )
    return cause;
  return new RaftbeatError(
    "invalidSettings",
    `${what} the package ${name}, which is not installed: npm install "${name}@${optionalPackages[name]}"`,
    { cause },
  );
}

/** What a name in an error, a log or a metric means, and what to do about it: Markdown, with links as from a page of `docs`. */
export interface Remedy {
  readonly cause: string;
  readonly remedy: string;
}

/** Every error code explained; `docs/troubleshooting.md` is made of it. */
export const errorRemedies: Readonly<Record<ErrorCode, Remedy>> = {
  invalidSettings: {
    cause: "a setting is impossible, or two settings contradict each other",
    remedy: "the message names the setting, its value, and what it must be: [settings](settings.md)",
  },
  storeFailed: {
    cause:
      "the vote store could not be opened, read or written, or has not closed when the elector stopped; the node has stopped",
    remedy:
      "free the disk, mount it for writing, or replace it, then start the node again; the record written before is kept",
  },
  storeCorrupt: {
    cause: "the vote store holds no valid record where one must be",
    remedy:
      "[remove the node, empty the folder, add the node again](operations.md#change-the-members); restore no backup",
  },
  storeLocked: {
    cause: "another process uses the vote store",
    remedy: "end the other process (the message has its id); give each node a folder of its own",
  },
  wrongRecord: {
    cause: "the vote store holds the record of another node, or of a node of another cluster",
    remedy: "check which folder or volume is mounted where",
  },
  recordCopied: {
    cause: "the record is a copy of one that has gone on elsewhere; the node has stopped, or does not start",
    remedy:
      "if another process runs with the original record, delete the copy; if a backup was restored, [remove the node, empty the folder, add it again](operations.md#change-the-members)",
  },
  transportFailed: {
    cause:
      "the node could not listen, its transport has not stopped in time, or a command could not reach a node",
    remedy: "check the address, and who uses the port",
  },
  notLeader: {
    cause: "the call needs a leader, and this node is none (any more)",
    remedy:
      "stop writing; ask the leader (`status().leader`). It is the reason of `lead.signal` after a loss",
  },
  leaseTooShort: {
    cause: "less of the lease remains than `assertValid` asked for, or than ten renewals gave `ensure`",
    remedy:
      "do not write; `await lead.ensure(ms)` waits for the renewal. If ten renewals did not give so much, ask for less or use a longer `voteHoldMs`",
  },
  leaseOutOfReach: {
    cause: "`assertValid` or `ensure` asked for more than any lease of these settings has",
    remedy:
      "ask for less ([how much there is](service.md#write-safely)), or use a longer `voteHoldMs` or preset",
  },
  transferRefused: {
    cause: "the leadership cannot go to that node now",
    remedy:
      "the message says why: no link with it, no voter, an arbiter, not caught up yet, its service unhealthy or draining, or another handover under way",
  },
  reconfigureRefused: {
    cause: "the configuration cannot be changed that way now",
    remedy: "the message says why, for example that the leader cannot remove itself: transfer first",
  },
  aborted: {
    cause: "an `AbortSignal` ended the wait",
    remedy: "nothing: your code asked for it",
  },
  stopped: {
    cause: "the elector was stopped",
    remedy: "nothing, or make a new elector",
  },
  timeout: {
    cause: "a deadline passed",
    remedy: "the message says what was missing; a change of members may still be completed",
  },
  runInProgress: {
    cause: "`whileLeader` runs already",
    remedy: "`await run.stop()` before you start another run",
  },
  internal: {
    cause: "something threw inside a node, or inside a port given to it; the node has stopped",
    remedy: "report it with its cause; if the port is your own, mend it",
  },
};
