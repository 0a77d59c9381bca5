import type { Member } from "../../../src/protocol/index.js";
import { heartbeatReply } from "./messages.js";
import type { Actor } from "./nodes.js";

/** Asks for new members; returns why it was turned down, or null. */
export function change(
  leader: Actor,
  voters: readonly Member[],
  observers: readonly Member[] = [],
): string | null {
  const { term, version } = leader.node.record.configuration.id;
  const effects = leader.tell({
    kind: "reconfigure",
    request: 1,
    expected: { term, version },
    voters,
    observers,
  });
  const answer = effects.find((effect) => effect.kind === "answered");
  if (answer?.kind !== "answered") throw new Error("a request was not answered");
  return answer.refusal;
}

/** All these members answer its newest heartbeat. */
export function hearAll(leader: Actor, ids: string): void {
  leader.nowMs += 1;
  for (const id of ids) leader.hear(id, heartbeatReply(leader));
}
