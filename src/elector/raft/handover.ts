import { RaftbeatError } from "../../errors.js";
import {
  hasTransferee,
  isDraining,
  type LossReason,
  type Node,
  type NodeId,
  type RequestRefusal,
  voterOf,
} from "../../protocol/index.js";
import type { Driver } from "../../runtime/driver.js";
import type { Schedule } from "../../runtime/ports.js";

/** Giving the leadership away: a transferee is elected if that can be, the lease ends, and once the service has drained the transferee may lead (rule 16). */
export interface Handover {
  /** Hands over to `to`, or to the voter that was heard last; `onDone` when this node has stepped down. Returns what ends the wait. */
  transfer(to: NodeId | null, onDone: () => void, onError: (error: RaftbeatError) => void): () => void;
  /** Hands over, and resolves when this node has stepped down; at once if it does not lead. Never rejects. */
  resign(reason: LossReason): Promise<void>;
  /** The service has finished what it did as a leader. */
  onDrained(): void;
  /** The node's role may have changed. */
  onChanged(): void;
}

/** The followers of a new leader show within a heartbeat or two that they hold its configuration; so long a transferee is waited for. */
const tryCount = 5;

/** What a handover needs besides the driver. */
export interface HandoverDeps {
  readonly schedule: Schedule;
  /** Milliseconds until a request that came too early is made again. */
  readonly retryMs: number;
  readonly isConnected: (id: NodeId) => boolean;
}

/** Makes the handover of one node. */
export function createHandover(driver: Driver, isBodyDraining: () => boolean, deps: HandoverDeps): Handover {
  const waiting = new Set<() => void>();

  function ask(
    to: NodeId | null,
    reason: LossReason,
    onAnswer: (refusal: RequestRefusal | "stopped" | null) => void,
  ): void {
    driver.ask({ kind: "transfer", to, reason }, (refusal) => {
      onAnswer(refusal);
      if (refusal === null) onDrained();
    });
  }

  function onDrained(): void {
    finish(tryCount);
  }

  function finish(triesLeft: number): void {
    const { node } = driver;
    if (!isDraining(node) || isBodyDraining()) return;
    const worthWaiting =
      node.role.name === "leader" &&
      triesLeft > 1 &&
      node.record.configuration.voters.some(({ id }) => deps.isConnected(id));
    if (worthWaiting && !hasTransferee(node)) deps.schedule(deps.retryMs, () => finish(triesLeft - 1));
    else driver.tell({ kind: "drained" });
  }

  return {
    transfer(to, onDone, onError) {
      if (to !== null && driver.isLeader() && isUnreachable(driver.node, to, deps)) {
        onError(refusedTransfer(driver.node.id, to, "there is no link with it"));
        return () => {};
      }
      let triesLeft = tryCount;
      let cancelRetry = (): void => {};
      const attempt = (): void =>
        ask(to, "resigned", (refusal) => {
          if (refusal === null) waiting.add(onDone);
          else if (refusal === "notReady" && --triesLeft > 0)
            cancelRetry = deps.schedule(deps.retryMs, attempt);
          else onError(refusedTransfer(driver.node.id, to, refusal));
        });
      attempt();
      return () => {
        cancelRetry();
        waiting.delete(onDone);
      };
    },
    resign(reason) {
      return new Promise((resolve) => {
        const attempt = (): void =>
          ask(null, reason, (refusal) => {
            // A node cannot hand on a leadership that it still waits for because the leader before it drains.
            if (refusal === "notReady") deps.schedule(deps.retryMs, attempt);
            else if (refusal === null || refusal === "handingOver" || driver.node.transferee !== null)
              waiting.add(resolve);
            else resolve();
          });
        attempt();
      });
    },
    onDrained,
    onChanged() {
      const { role, transferee } = driver.node;
      // A transferee was elected, or the lease ran out: there may be no body whose end would tell.
      if (transferee !== null) onDrained();
      if (role.name === "leader" || transferee !== null) return;
      const told = [...waiting];
      waiting.clear();
      for (const onDone of told) onDone();
    },
  };
}

/** A voter without a link would never hear that it is to lead. */
function isUnreachable({ id, record }: Node, to: NodeId, { isConnected }: HandoverDeps): boolean {
  return to !== id && voterOf(record.configuration, to) !== undefined && !isConnected(to);
}

function refusedTransfer(
  id: NodeId,
  to: NodeId | null,
  refusal: RequestRefusal | "stopped" | "there is no link with it",
): RaftbeatError {
  if (refusal === "stopped") return new RaftbeatError("stopped", "the elector was stopped");
  if (refusal === "notLeader")
    return new RaftbeatError("notLeader", `${id} does not lead: ask the leader to hand over`);
  const why =
    refusal === "arbiter" || refusal === "notContending" || refusal === "notVoter" ? unfit[refusal] : refusal;
  return new RaftbeatError("transferRefused", `${id} cannot hand over to ${to ?? "anybody"} now: ${why}`);
}

/** Why a voter is no transferee, in words. */
const unfit = {
  notVoter: "it is no voter of this cluster (status().configuration has them)",
  arbiter: "it is an arbiter, which votes and never leads",
  notContending: "it does not campaign, as its service is unhealthy or drains",
} as const;
