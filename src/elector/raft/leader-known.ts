import { knownLeader, type Node } from "../../protocol/index.js";
import type { LeaderInfo } from "../api.js";

/** The leader this node follows, once its metadata were told; or itself, once its lease was told; else null. */
export function leaderOf(node: Node): LeaderInfo | null {
  const id = knownLeader(node);
  if (id === null) return null;
  const isAwaited = id === node.id ? node.announcedTerm === null : node.expectsMetadata && !node.metadataTold;
  if (isAwaited) return null;
  return { id, term: node.record.term, metadata: node.leaderMetadata };
}
