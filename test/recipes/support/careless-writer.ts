/**
 * A service that makes the mistake that fencing is for: it checks its lease, then is held up, then writes without another look. Where it is
 * held up is told on standard input, so that a test can stop the process at that very place.
 */
import { createInterface } from "node:readline";
import { Pool } from "pg";
import { createElector, optionsFromEnv } from "raftbeat";
import { createClient } from "redis";
import * as postgres from "../../../examples/fencing-postgres.js";
import * as redis from "../../../examples/fencing-redis.js";

interface Store {
  claim(term: number): Promise<void>;
  issue(term: number, number: number, by: string): Promise<void>;
}

const say = (line: string) => console.log(line);
const store = await connect();
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const elector = await createElector(optionsFromEnv());
elector.whileLeader(async (lead) => {
  await store.claim(lead.term);
  lead.assertValid();
  say(`${elector.id} may write in term ${lead.term}`);
  const { value: number } = await lines.next();
  await store.issue(lead.term, Number(number), elector.id).then(
    () => say(`${elector.id} wrote ${number} in term ${lead.term}`),
    (error: Error) => say(`${elector.id} was refused: ${error.message}`),
  );
});

async function connect(): Promise<Store> {
  const { DATABASE_URL: connectionString, REDIS_URL: url } = process.env;
  if (connectionString !== undefined) {
    const pool = new Pool({ connectionString });
    return {
      claim: (term) => postgres.claim(pool, term),
      issue: (term, number, by) => postgres.issueInvoice(pool, term, number, by),
    };
  }
  const client = createClient({ url: url as string });
  await client.connect();
  return {
    claim: (term) => redis.claim(client, term),
    issue: (term, number, by) => redis.issueInvoice(client, term, number, by),
  };
}
