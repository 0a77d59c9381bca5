/** So many owners a shard has in one term at most. */
const ownersPerTerm = 1_048_576;

/**
 * The fencing token of a shard's n-th owner in a term (W9): a safe integer for terms below 2^33.
 * @param n from 1 on
 */
export function tokenOf(term: number, n: number): number {
  return term * ownersPerTerm + n;
}

/** Whether the tokens of a term are used up for a shard that has had `n` owners in it. */
export function isUsedUp(n: number): boolean {
  return n + 1 >= ownersPerTerm;
}

/** Whether a token was given out before this term. */
export function isOlder(token: number, term: number): boolean {
  return token < tokenOf(term, 0);
}
