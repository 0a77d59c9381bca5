import type { Message, NodeId } from "../../protocol/index.js";
import type { Publish } from "../observers/diagnostics.js";
import type { Logger } from "../observers/logger.js";

/** What an operator must see to, said once each. */
export interface Warnings {
  onMessage(from: NodeId, message: Message): void;
  /** A member is linked that came back without its record. */
  onAmnesiac(peer: NodeId, incarnation: string): void;
}

/** Makes the warnings of one elector; `about` says which. */
export function createWarnings(logger: Logger, about: object, publish: Publish): Warnings {
  const told = new Set<string>();

  function warnOnce(key: string, message: string): void {
    if (told.has(key)) return;
    told.add(key);
    logger.warn(about, message);
  }

  return {
    onMessage(from, message) {
      if (!("reason" in message) || message.reason === null) return;
      if (message.reason === "amnesiac")
        warnOnce(
          `forgot ${from}`,
          `${from} knows this node by another record: this one has forgotten its votes; remove it and add it again`,
        );
      if (message.reason === "configurationMismatch")
        warnOnce(
          `mismatch ${from}`,
          `${from} was started with other voters or absentFounders than this node, and belongs to another cluster: give all founders the same, empty the store of the one that is wrong, and have it added again`,
        );
    },
    onAmnesiac(peer, incarnation) {
      publish("amnesiac", { peer });
      warnOnce(
        `amnesiac ${peer} ${incarnation}`,
        `${peer} came back without its votes and does not count: remove it and add it again`,
      );
    },
  };
}
