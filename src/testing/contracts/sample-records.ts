import { configurationOf, type DurableRecord } from "../../protocol/index.js";

/** A record of this term in a cluster of three; everything else in it follows from the term. */
export function aRecord(term: number, changes: Partial<DurableRecord> = {}): DurableRecord {
  const member = (id: string, incarnation: string | null) => ({
    id,
    address: `ws://10.0.0.${term % 250}:7400`,
    incarnation,
  });
  return {
    term,
    votedFor: term % 3 === 0 ? null : `n${term % 3}`,
    configuration: configurationOf(
      term,
      1,
      [member("n1", null), member("n2", `inc-${term}`)],
      [member("n3", "x")],
    ),
    voteHoldMs: 150 + term / 4,
    incarnation: "me-1",
    incarnationsMet: new Map([
      ["n2", `inc-${term}`],
      ["n3", "x"],
    ]),
    startsMet: new Map([["n3", { startCount: 2, startNonce: `s${term}`, writeCount: term, term }]]),
    run: {
      cluster: "test",
      id: "n1",
      startCount: term,
      startNonce: `s-${term}`,
      earlierNonces: ["before"],
      isCopy: false,
    },
    writeCount: term,
    ...changes,
  };
}
