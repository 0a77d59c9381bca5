import type { RaftbeatError } from "../../errors.js";
import type { LossReason } from "../../protocol/index.js";
import type { LeaderInfo } from "../api.js";
import type { Publish } from "./diagnostics.js";
import type { Events } from "./events.js";
import type { Logger } from "./logger.js";

/** Tells the log, `diagnostics_channel` and the subscribers what becomes of a node's leadership. */
export interface Announcements {
  elected(term: number): void;
  lost(term: number, reason: LossReason): void;
  leader(leader: LeaderInfo | null): void;
  failed(error: RaftbeatError): void;
}

/**
 * Makes the announcements of one elector.
 * @param about names the node in each line of the log
 */
export function createAnnouncements(
  logger: Logger,
  about: object,
  publish: Publish,
  events: Events,
): Announcements {
  return {
    elected(term) {
      logger.info({ ...about, term }, "leads");
      publish("elected", { term });
      events.emit({ kind: "elected", term });
    },
    lost(term, reason) {
      logger.info({ ...about, term, reason }, "leads no longer");
      publish("lost", { term, reason });
      events.emit({ kind: "lost", term, reason });
    },
    leader(leader) {
      publish("leader", { leader });
      events.emit({ kind: "leader", leader });
    },
    failed(error) {
      logger.error({ ...about, error }, error.message);
      publish("failed", { error });
    },
  };
}
