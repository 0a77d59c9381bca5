/**
 * Bounds on how often a live sender is suspected, from the mean and the variance of its delays alone. They rest on Cantelli's one-sided inequality:
 * `P(D > E(D) + x) <= V/(V + x^2)`.
 */

/**
 * The share of beats that are lost, or later than the expected arrival by more than `x`: at most `(V + p x^2)/(V + x^2)`; 1 where `x` is not above 0.
 * @param loss p, the share of beats that are lost
 * @param varianceMs2 V, the variance of the delays
 */
export function missingShare(loss: number, varianceMs2: number, xMs: number): number {
  if (!(xMs > 0)) return 1;
  const square = xMs * xMs;
  return (varianceMs2 + loss * square) / (varianceMs2 + square);
}

/**
 * The share of intervals in which a mistake begins, where each beat that could prevent it is late or lost independently of the others: the product of
 * `missingShare` over them (Chen, Toueg and Aguilera 2002, theorem 7). For datagrams.
 * @param marginMs alpha, the silence tolerated beyond the expected arrival
 */
export function mistakeShare(
  loss: number,
  varianceMs2: number,
  intervalMs: number,
  marginMs: number,
): number {
  let product = 1;
  const factors = Math.ceil(marginMs / intervalMs);
  for (let j = 0; j < factors; j++) {
    product *= missingShare(loss, varianceMs2, marginMs - j * intervalMs);
    if (product === 0) break;
  }
  return product;
}

/**
 * The same for a stream, such as TCP: a lost packet makes its beat late and all beats behind it, so that only one factor counts.
 * `u + (1 - u) V/(V + (alpha - mu)^2)`, and 1 where `alpha` is not above `mu`.
 * @param unseenShare u, the share of beats whose lateness nobody has seen
 * @param latenessMs mu, the mean lateness
 * @param varianceMs2 V, the variance of the lateness
 */
export function streamMistakeShare(
  unseenShare: number,
  latenessMs: number,
  varianceMs2: number,
  marginMs: number,
): number {
  return missingShare(unseenShare, varianceMs2, marginMs - latenessMs);
}
