import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nobody } from "../../src/protocol/index.js";
import { fileVoteStore } from "../../src/storage/file-vote-store.js";
import { seededRandom } from "../support/prng.js";
import { startStoreProcess } from "./support/process.js";
import { anEmptyDirectory, closed, opened } from "./support/stores.js";

/** How many processes are killed; each writes to two stores. More: RAFTBEAT_KILLS=1000 npx vitest run test/storage/kill.long.test.ts */
const killCount = Number(process.env["RAFTBEAT_KILLS"] ?? 48);
/** A process is killed within so long of its first word, or of its first record: while it opens, creates, writes or copies. */
const killWithinMs = 25;
/** After so many kills a store starts anew, so that many die creating their file. */
const killsPerStoreCount = 5;

test(`a process killed with SIGKILL at ${killCount} random instants never loses a vote that it was told is durable`, async () => {
  const root = await anEmptyDirectory();
  const totals = { told: 0, unanswered: 0, created: 0 };
  await Promise.all([1, 2].map((seed) => killAgainAndAgain(root, killCount / 2, seededRandom(seed), totals)));
  // The kills hit what they are meant to hit: before the first record, among many, and between a write and its answer.
  expect(totals.created).toBeGreaterThan(0);
  expect(totals.told).toBeGreaterThan(killCount / 2);
  expect(totals.unanswered).toBeGreaterThan(0);
}, 3_600_000);

async function killAgainAndAgain(
  root: string,
  kills: number,
  random: () => number,
  totals: { told: number; unanswered: number; created: number },
): Promise<void> {
  let directories: string[] = [];
  let last = [0, 0];
  for (let kill = 0; kill < kills; kill++) {
    if (kill % killsPerStoreCount === 0) {
      directories = await Promise.all([mkdtemp(join(root, "a-")), mkdtemp(join(root, "b-"))]);
      last = [0, 0];
    }
    const writer = startStoreProcess("write", directories);
    // A quarter die while they open or create, however slow the machine is; the others have written something.
    await writer.saying(kill % 4 === 0 ? "begun" : "told");
    await new Promise((resolve) => setTimeout(resolve, random() * killWithinMs));
    await writer.kill();
    expect(writer.said()).not.toMatch(/refused|failed/);
    for (const [index, directory] of directories.entries()) {
      const told = lastTold(writer.said(), index, last[index] as number);
      const store = fileVoteStore(directory);
      const record = await opened(store);
      await closed(store);
      const term = record?.term ?? 0;
      // Nothing told is lost, and nothing is there but what was told and the one write under way.
      expect([told, told + 1]).toContain(term);
      if (record !== null) expect(record).toEqual(theRecordOf(term));
      totals.told += told - (last[index] as number);
      if (term > told) totals.unanswered++;
      if (term === 0) totals.created++;
      last[index] = term;
    }
  }
}

function lastTold(said: string, index: number, before: number): number {
  const lines = said.split("\n").slice(0, -1);
  const terms = lines.map((line) => new RegExp(`^${index} (?:told|open) (\\d+)$`).exec(line)?.[1]);
  const known = terms.filter((term) => term !== undefined).map(Number);
  // What a process finds on opening is what was there before it.
  expect(known[0] ?? before).toBe(before);
  return known.at(-1) ?? before;
}

/** What `child.mjs` writes. */
function theRecordOf(term: number) {
  // Records of many lengths.
  const met = Array.from(
    { length: term % 17 },
    (_, index) => [`n${index}`, "x".repeat(1 + (term % 64))] as const,
  );
  const incarnationsMet = new Map(met);
  return {
    term,
    votedFor: `n${term}`,
    configuration: nobody,
    voteHoldMs: term,
    incarnation: "me",
    incarnationsMet,
    startsMet: new Map(),
    run: { cluster: "killed", id: "me", startCount: 1, startNonce: "n", earlierNonces: [], isCopy: false },
    writeCount: term,
  };
}
