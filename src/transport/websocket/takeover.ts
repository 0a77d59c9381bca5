import type { NodeId } from "../../protocol/index.js";
import type { Link } from "./link.js";

/** Links with a peer, as far as it matters to whoever would displace them. */
type Standing = Pick<Link, "incarnation" | "receivedAtMs">;

/**
 * Why a newcomer under a peer's id must not displace the links there are, or null. The same incarnation may: it is the same node, which
 * dials only where it sees no link. Another one is a node that lost its record, or one that took the name (rule 22): it must wait
 * until the older link is dead, unless it is the very incarnation that is remembered, and the one linked is not.
 * @param recalled the incarnation remembered of this id, or null
 */
export function displacementProblem(
  links: readonly Standing[],
  id: NodeId,
  incarnation: string,
  recalled: string | null,
  nowMs: number,
  silenceMs: number,
): string | null {
  if (recalled === incarnation) return null;
  // After so long without a sign of life, asked for half way, a link is dead: see `Link.watch`.
  const alive = links.some(
    (link) => link.incarnation !== incarnation && nowMs - link.receivedAtMs < 2 * silenceMs,
  );
  return alive ? `${id} is linked as another incarnation, and that link is alive` : null;
}
