import { broken } from "../broken.js";

/** How many of `voterCount` voters are a majority. */
export function quorumSize(voterCount: number): number {
  if (!(voterCount > 0)) broken(`a quorum of ${voterCount} voters`);
  return Math.floor(voterCount / 2) + 1;
}

/** Whether a round is decided: `lost` once too few voters are left who might still grant. */
export function voteOutcome(
  voterCount: number,
  grantedCount: number,
  refusedCount: number,
): "won" | "lost" | "pending" {
  if (grantedCount + refusedCount > voterCount)
    broken(`${grantedCount} votes and ${refusedCount} refusals of ${voterCount} voters`);
  const quorum = quorumSize(voterCount);
  if (grantedCount >= quorum) return "won";
  return voterCount - refusedCount < quorum ? "lost" : "pending";
}

/**
 * The quorum-th largest of one number per voter: the largest number that a majority reaches.
 * Sorts `values` in place, which callers fill anew each time.
 */
export function quorumLargest(values: number[]): number {
  // Insertion sort, descending: there are never many voters, and it allocates nothing.
  for (let index = 1; index < values.length; index++) {
    const value = values[index] as number;
    let hole = index;
    while (hole > 0 && (values[hole - 1] as number) < value) {
      values[hole] = values[hole - 1] as number;
      hole--;
    }
    values[hole] = value;
  }
  return values[quorumSize(values.length) - 1] as number;
}
