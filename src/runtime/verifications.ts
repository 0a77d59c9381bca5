import { type Node, quorumSeq } from "../protocol/index.js";

/** Callers who want to know that a quorum follows this leader still, after they asked. */
export interface Verifications {
  /** Asks; `onVerified` is told once, by `settle` or `end`. */
  add(onVerified: (leads: boolean) => void): void;
  /** Tells those who can be told. */
  settle(): void;
  /** Tells everybody no. */
  end(): void;
}

/**
 * Verifications wait for a heartbeat sent after they were asked for. One such heartbeat is under way at a time and serves all who
 * asked before it left, however many ask: a heartbeat for each would outrun the replies, and end the lease they should prove.
 */
export function createVerifications(node: Node, beat: () => void): Verifications {
  let waiting: { readonly term: number; readonly seq: number; onVerified(leads: boolean): void }[] = [];

  function leads(term: number): boolean {
    return node.role.name === "leader" && node.announcedTerm === term && node.record.term === term;
  }

  function isAnswered({ term, seq }: { readonly term: number; readonly seq: number }): boolean {
    return !leads(term) || (node.role.name === "leader" && quorumSeq(node, node.role) >= seq);
  }

  function beatIfNoneIsUnderWay(): void {
    const { role } = node;
    if (role.name === "leader" && waiting.length > 0 && waiting.every(({ seq }) => seq > role.seq)) beat();
  }

  return {
    add(onVerified) {
      if (node.role.name !== "leader" || node.announcedTerm === null) {
        onVerified(false);
        return;
      }
      const underWay = waiting.length > 0;
      waiting.push({ term: node.announcedTerm, seq: node.role.seq + 1, onVerified });
      if (!underWay) beat();
    },
    settle() {
      if (waiting.length === 0) return;
      const answered = waiting.filter(isAnswered);
      if (answered.length > 0) waiting = waiting.filter((one) => !answered.includes(one));
      for (const { term, onVerified } of answered) onVerified(leads(term));
      beatIfNoneIsUnderWay();
    },
    end() {
      for (const { onVerified } of waiting.splice(0)) onVerified(false);
    },
  };
}
