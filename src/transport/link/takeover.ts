import type { NodeId } from "../../protocol/index.js";
import type { Link } from "./link.js";

/** As much of a link as matters to a newcomer that would take its place. */
type Living = Pick<Link, "incarnation" | "receivedAtMs">;

/**
 * Why a newcomer under a peer's id must not take over from the links there are, or null. The same incarnation may: it is the same node,
 * which dials only where it sees no link. Another incarnation is a node that lost its record, or one that took the name (rule 22): it
 * must wait until the older link is dead, unless it is the very incarnation that is remembered, and the one linked is not.
 * @param recalled the incarnation remembered of this id, or null
 */
export function takeoverProblem(
  links: readonly Living[],
  id: NodeId,
  incarnation: string,
  recalled: string | null,
  nowMs: number,
  silenceMs: number,
): string | null {
  if (recalled === incarnation) return null;
  // After so long without a sign of life, asked for half way, a link is dead: see `Silence`.
  const alive = links.some(
    (link) => link.incarnation !== incarnation && nowMs - link.receivedAtMs < 2 * silenceMs,
  );
  return alive ? `${id} is linked as another incarnation, and that link is alive` : null;
}

/** True iff one process is at the other end of both links: a copy of its record that runs too has made another start. */
export function isOfOneStart(one: Link, other: Link): boolean {
  return one.incarnation === other.incarnation && one.standing?.startNonce === other.standing?.startNonce;
}
