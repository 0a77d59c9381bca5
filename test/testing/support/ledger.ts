import type { Replica } from "../../../src/testing/index.js";

/** Where a service under test writes to, as a database whose writes take time. */
export class Ledger {
  readonly rows: { readonly by: string; readonly term: number }[] = [];
  private highestTerm = 0;

  /** Writes, and asks for no token. */
  write(row: { readonly by: string; readonly term: number }): void {
    this.rows.push(row);
  }

  /** Writes, and refuses who comes with an older token than has been seen. */
  writeFenced(row: { readonly by: string; readonly term: number }): void {
    if (row.term < this.highestTerm)
      throw new Error(`token ${row.term} is stale: ${this.highestTerm} was seen`);
    this.highestTerm = row.term;
    this.rows.push(row);
  }

  /** Throws where a leader has written after its successor: one that did not know that it had lost. */
  check(): void {
    const [before, last] = this.rows.slice(-2);
    if (before !== undefined && last !== undefined && last.term < before.term)
      throw new Error(
        `${last.by} wrote in term ${last.term} after ${before.by} had written in term ${before.term}`,
      );
  }
}

/** Checks its lease, then prepares a row for 150 ms, then writes: a lease that ends in between is not seen. */
export function carelessWriter({ id, elector, sleep }: Replica, ledger: Ledger): void {
  elector.whileLeader(async (lead) => {
    while (!lead.signal.aborted) {
      lead.assertValid();
      await sleep(150);
      ledger.write({ by: id, term: lead.term });
    }
  });
}

/** The same with a fencing token. */
export function carefulWriter({ id, elector, sleep }: Replica, ledger: Ledger): void {
  elector.whileLeader(async (lead) => {
    while (!lead.signal.aborted) {
      lead.assertValid();
      await sleep(150);
      ledger.writeFenced({ by: id, term: lead.term });
    }
  });
}
