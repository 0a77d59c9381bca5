import { RaftbeatError } from "../../errors.js";
import type { Logger } from "../observers/logger.js";
import type { RunnerDeps } from "./while-leader.js";

/** How often at most the same lease too short is told. */
const quietForMs = 60_000;

/** Tells the log how bodies ended that did not end well; `about` names the node. */
export function createBodyLog(
  logger: Logger,
  about: object,
  {
    nowMs,
    drainTimeoutMs,
    coolDownMs,
  }: { nowMs(): number; readonly drainTimeoutMs: number; readonly coolDownMs: number },
): Pick<RunnerDeps, "onBodyFailed" | "onLeaseTooShort" | "onOverdue"> {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  return {
    onBodyFailed: (term, error, lost) =>
      logger.error(
        { ...about, term, error },
        lost
          ? "the body of whileLeader threw after its leadership was lost"
          : "the body of whileLeader threw",
      ),
    onLeaseTooShort(term, error) {
      count++;
      if (nowMs() - toldAtMs < quietForMs) return;
      if (error instanceof RaftbeatError && error.code === "leaseOutOfReach")
        logger.error(
          { ...about, term, error, count },
          `the body of whileLeader asked for more lease than there ever is, and does no work; it starts again after coolDownMs (${coolDownMs} ms), a second at least (told once a minute)`,
        );
      else
        logger.warn(
          { ...about, term, error, count },
          "the body of whileLeader ended because its lease was too short; it starts again when there is as much lease as it asked for (told once a minute)",
        );
      toldAtMs = nowMs();
      count = 0;
    },
    onOverdue: (term) =>
      logger.error({ ...about, term }, `a body still runs ${drainTimeoutMs} ms after its signal`),
  };
}
