/**
 * A leader that writes to PostgreSQL, and a database that refuses the leader of before: docs/fencing.md. One process of three: the
 * `RAFTBEAT_*` variables of docs/settings.md say which, and DATABASE_URL names the database.
 */
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Pool } from "pg";
import { createElector, optionsFromEnv } from "raftbeat";

/** A pool or a client of `pg`. */
export interface Database {
  query(
    sql: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>;
}

/** One row for each resource that only one leader may change: the highest term that has written there. */
export const schema = `
CREATE TABLE IF NOT EXISTS fence (resource text PRIMARY KEY, term bigint NOT NULL);
CREATE TABLE IF NOT EXISTS invoice (number bigint PRIMARY KEY, term bigint NOT NULL, issued_by text NOT NULL);
`;

/** Gives a row to the leader whose term is at least the highest; none to any other. */
export const raise = `
INSERT INTO fence (resource, term) VALUES ('invoices', $1)
ON CONFLICT (resource) DO UPDATE SET term = EXCLUDED.term WHERE fence.term <= EXCLUDED.term
RETURNING term
`;

/** The check and the write in one statement: nothing can come between them, and a process that is paused holds no lock. */
export const issue = `
WITH raised AS (
  INSERT INTO fence (resource, term) VALUES ('invoices', $1)
  ON CONFLICT (resource) DO UPDATE SET term = EXCLUDED.term WHERE fence.term <= EXCLUDED.term
  RETURNING term
)
INSERT INTO invoice (number, term, issued_by) SELECT $2, raised.term, $3 FROM raised
`;

/** The database has seen a later leader: this one must write nothing more. */
export class StaleTerm extends Error {
  override readonly name = "StaleTerm";
}

/** Claims the invoices for a term: from now on no leader of before can write. Call it before you read what the next write rests on. */
export async function claim(database: Database, term: number): Promise<void> {
  if ((await database.query(raise, [term])).rowCount === 0) throw await stale(database, term);
}

/** Issues an invoice in a term. */
export async function issueInvoice(
  database: Database,
  term: number,
  number: number,
  by: string,
): Promise<void> {
  if ((await database.query(issue, [term, number, by])).rowCount === 0) throw await stale(database, term);
}

/** The number of the last invoice; 0 where there is none. */
export async function lastInvoice(database: Database): Promise<number> {
  const { rows } = await database.query("SELECT coalesce(max(number), 0) AS last FROM invoice");
  return Number(rows[0]?.["last"]);
}

async function stale(database: Database, term: number): Promise<StaleTerm> {
  const { rows } = await database.query("SELECT term FROM fence WHERE resource = 'invoices'");
  return new StaleTerm(`term ${term} is stale: the fence is at ${rows[0]?.["term"]}`);
}

async function main(): Promise<void> {
  const database = new Pool({ connectionString: process.env["DATABASE_URL"], max: 2 });
  // A connection that breaks while nobody uses it; the next query says so again.
  database.on("error", (error) => console.error(error.message));
  const elector = await createElector(optionsFromEnv());
  elector.whileLeader(async (lead) => {
    console.log(`${elector.id} leads in term ${lead.term}`);
    await claim(database, lead.term);
    let number = await lastInvoice(database);
    while (!lead.signal.aborted) {
      await issueInvoice(database, lead.term, ++number, elector.id);
      console.log(`invoice ${number} by ${elector.id} in term ${lead.term}`);
      await setTimeout(100, undefined, { signal: lead.signal }).catch(() => {});
    }
  });
  process.once("SIGTERM", () => void elector.stop({ handover: true }));
  const error = await elector.closed;
  await database.end();
  if (error !== null) throw error;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
