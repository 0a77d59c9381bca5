/** From when until when a node took itself for the leader, in milliseconds of a clock that all share. */
export interface LeaseSpan {
  readonly id: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** For how many milliseconds two or more different nodes held leases at once. Must be 0 (docs/protocol.md, I4). */
export function leaseOverlapMs(spans: readonly LeaseSpan[]): number {
  const held = spans.filter(({ fromMs, untilMs }) => untilMs > fromMs);
  const instants = [...new Set(held.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]))].sort(
    (a, b) => a - b,
  );
  let overlapMs = 0;
  let open: LeaseSpan[] = [];
  let next = 0;
  held.sort((a, b) => a.fromMs - b.fromMs);
  for (const [index, fromMs] of instants.entries()) {
    open = open.filter(({ untilMs }) => untilMs > fromMs);
    for (let span = held[next]; span !== undefined && span.fromMs <= fromMs; span = held[++next])
      open.push(span);
    const toMs = instants[index + 1] ?? fromMs;
    if (new Set(open.map(({ id }) => id)).size > 1) overlapMs += toMs - fromMs;
  }
  return overlapMs;
}
