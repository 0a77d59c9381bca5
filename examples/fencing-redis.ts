/**
 * A leader that writes to Redis, and a script there that refuses the leader of before: docs/fencing.md, which also says what Redis can lose.
 * One process of three: the `RAFTBEAT_*` variables of docs/settings.md say which, and REDIS_URL names the server.
 */
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createElector, optionsFromEnv } from "raftbeat";
import { createClient } from "redis";

/** A client of `redis`. */
export interface Redis {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  get(key: string): Promise<unknown>;
}

/** The check and the write in one script: Redis runs nothing else meanwhile. Gives the highest term there was. */
export const issue = `
local highest = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) < highest then return highest end
redis.call('SET', KEYS[1], ARGV[1])
if ARGV[2] then redis.call('RPUSH', KEYS[2], ARGV[2]) end
return tonumber(ARGV[1])
`;

/** In one pair of braces, so that a Redis Cluster keeps both keys on one node. */
const keys = ["{invoices}:term", "{invoices}:list"];

/** Redis has seen a later leader: this one must write nothing more. */
export class StaleTerm extends Error {
  override readonly name = "StaleTerm";
}

/** Claims the invoices for a term: from now on no leader of before can write. Call it before you read what the next write rests on. */
export async function claim(redis: Redis, term: number): Promise<void> {
  await write(redis, term, []);
}

/** Issues an invoice in a term. */
export async function issueInvoice(redis: Redis, term: number, number: number, by: string): Promise<void> {
  await write(redis, term, [JSON.stringify({ number, term, by })]);
}

async function write(redis: Redis, term: number, values: readonly string[]): Promise<void> {
  const highest = Number(await redis.eval(issue, { keys, arguments: [String(term), ...values] }));
  if (highest !== term) throw new StaleTerm(`term ${term} is stale: the fence is at ${highest}`);
}

async function main(): Promise<void> {
  const redis = createClient({ url: process.env["REDIS_URL"] as string });
  redis.on("error", (error: Error) => console.error(error.message));
  await redis.connect();
  const elector = await createElector(optionsFromEnv());
  elector.whileLeader(async (lead) => {
    console.log(`${elector.id} leads in term ${lead.term}`);
    await claim(redis, lead.term);
    let number = await redis.lLen("{invoices}:list");
    while (!lead.signal.aborted) {
      await issueInvoice(redis, lead.term, ++number, elector.id);
      console.log(`invoice ${number} by ${elector.id} in term ${lead.term}`);
      await setTimeout(100, undefined, { signal: lead.signal }).catch(() => {});
    }
  });
  process.once("SIGTERM", () => void elector.stop({ handover: true }));
  const error = await elector.closed;
  redis.destroy();
  if (error !== null) throw error;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
