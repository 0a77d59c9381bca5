import type { Node } from "../protocol/index.js";
import type { Schedule } from "../runtime/ports.js";
import type { Events } from "./events.js";
import { leaderOf } from "./leader-known.js";

/** What waiting for a successor needs of its elector. */
export interface SuccessorWorld {
  readonly node: Node;
  readonly events: Events;
  readonly schedule: Schedule;
  hasLinks(): boolean;
}

/**
 * Resolves when another leads, when no link is left that could tell of one, or when an election has had its time: to end the links sooner
 * may cut off what tells the heir.
 */
export function successorOf({ node, events, schedule, hasLinks }: SuccessorWorld): Promise<void> {
  const { heartbeatIntervalMs, electionTimeout } = node.settings;
  return new Promise((resolve) => {
    let cancelLook = (): void => {};
    const done = (): void => {
      cancelLook();
      cancelTimeout();
      forget();
      resolve();
    };
    const look = (): void => {
      // Where all members stop at once nobody leads any more.
      if (!hasLinks() || leaderOf(node) !== null) done();
      else cancelLook = schedule(heartbeatIntervalMs, look);
    };
    const cancelTimeout = schedule(electionTimeout.maxMs, done);
    const forget = events.subscribe((event) => {
      if (event.kind === "leader" && event.leader !== null) done();
    });
    look();
  });
}
