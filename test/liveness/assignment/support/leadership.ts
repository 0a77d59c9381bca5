/** When which node holds the lead in which term: what an election would give. No two at the same time (I4), and one node a term (I1). */
export interface Lead {
  readonly node: number;
  readonly term: number;
  readonly fromMs: number;
  untilMs: number;
}

/**
 * Draws the leads of a run; the last goes on for ever.
 * @param untilMs when the last lead begins, at the latest
 * @param gapMs how long nobody leads between two terms, at most
 * @param storms whether leads may be very short, and terms lapse and come back
 */
export function drawLeads(
  random: () => number,
  nodes: number,
  untilMs: number,
  gapMs: number,
  storms: boolean,
): Lead[] {
  const leads: Lead[] = [];
  let atMs = random() * 100;
  for (let term = 1; atMs < untilMs; term += random() < 0.8 ? 1 : 3) {
    const node = Math.floor(random() * nodes);
    const pieces = storms && random() < 0.3 ? 1 + Math.ceil(random() * 2) : 1;
    for (let piece = 0; piece < pieces; piece++) {
      const lengthMs = storms && random() < 0.3 ? random() * 400 : 400 + random() * 2600;
      leads.push({ node, term, fromMs: atMs, untilMs: atMs + lengthMs });
      atMs += lengthMs + (piece + 1 < pieces ? random() * 1500 : 0);
    }
    atMs += random() < 0.4 ? 0 : random() * gapMs;
  }
  // The last but one is not cut too short for every worker to get a grant of it.
  const leastMs = storms ? 0 : 400;
  while ((leads.at(-1)?.fromMs ?? 0) >= untilMs - leastMs) leads.pop();
  const last = leads.at(-1);
  if (last !== undefined) last.untilMs = Math.min(last.untilMs, untilMs);
  const term = (last?.term ?? 0) + 1;
  leads.push({
    node: Math.floor(random() * nodes),
    term,
    fromMs: storms ? untilMs : Math.max(untilMs - leastMs, last?.untilMs ?? 0),
    untilMs: Number.POSITIVE_INFINITY,
  });
  return leads;
}
