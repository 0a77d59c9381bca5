// A process with vote stores, to be killed: node child.mjs hold|write directory...
// Says "begun", then "<index> open <term>" or "<index> refused <code>", then "<index> told <term>" for each durable record.
import { writeSync } from "node:fs";
import { fileVoteStore } from "../../../dist/storage/file-vote-store.js";

const [mode, ...directories] = process.argv.slice(2);
const say = (line) => writeSync(1, `${line}\n`);
const stores = directories.map((directory) => fileVoteStore(directory));
say("begun");
for (const [index, store] of stores.entries()) {
  store.open((error, record) => {
    if (error !== null) return say(`${index} refused ${error.code}`);
    say(`${index} open ${record?.term ?? 0}`);
    if (mode === "write") writeOn(index, store, (record?.term ?? 0) + 1);
  });
}
// Ends when whoever started it is gone.
process.stdin.on("end", () => process.exit()).resume();

function writeOn(index, store, term) {
  const configuration = {
    id: { term: 0, version: 0, digest: "" },
    clusterId: null,
    voters: [],
    observers: [],
  };
  configuration.id.digest = process.env.DIGEST;
  // Records of many lengths.
  const met = Array.from({ length: term % 17 }, (_, index) => [`n${index}`, "x".repeat(1 + (term % 64))]);
  const incarnationsMet = new Map(met);
  const record = {
    term,
    votedFor: `n${term}`,
    configuration,
    voteHoldMs: term,
    incarnation: "me",
    incarnationsMet,
    startsMet: new Map(),
    run: { cluster: "killed", id: "me", startCount: 1, startNonce: "n", earlierNonces: [], isCopy: false },
    writeCount: term,
  };
  store.write(record, (error) => {
    if (error !== null) return say(`${index} failed ${error.code}`);
    say(`${index} told ${term}`);
    writeOn(index, store, term + 1);
  });
}
