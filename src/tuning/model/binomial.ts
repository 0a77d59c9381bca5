/** The probability that of `count` independent chances of `share` each at least `least` come true. */
export function atLeast(count: number, share: number, least: number): number {
  let sum = 0;
  for (let hits = Math.max(0, least); hits <= count; hits++)
    sum += choose(count, hits) * share ** hits * (1 - share) ** (count - hits);
  return Math.min(1, sum);
}

function choose(count: number, hits: number): number {
  let ways = 1;
  for (let index = 1; index <= hits; index++) ways = (ways * (count - hits + index)) / index;
  return ways;
}
