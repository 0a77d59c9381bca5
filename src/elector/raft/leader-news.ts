import type { Node } from "../../protocol/index.js";
import type { LeaderInfo } from "../api.js";
import { leaderOf } from "./leader-known.js";

/** Tells of the leader a node knows whenever that is another than before; a look at a node that has stopped finds none. */
export function createLeaderNews(
  node: Node,
  tell: (leader: LeaderInfo | null) => void,
): (isStopped: boolean) => void {
  let told = "null";
  return (isStopped) => {
    const leader = isStopped ? null : leaderOf(node);
    const text = JSON.stringify(leader);
    if (text === told) return;
    told = text;
    tell(leader);
  };
}
