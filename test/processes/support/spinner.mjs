// A member that, while it leads, asks `isLeader` again and again without letting the event loop turn, and prints the first answer
// after each time it did not run: nothing else was processed before it.
import { setImmediate as turn } from "node:timers/promises";
import { createElector, fileVoteStore, silentLogger } from "../../../dist/index.js";

const [id, voters, folder] = process.argv.slice(2);
/** Longer than any lease, so that none may be left after it. */
const gapMs = 500;
const spinMs = 30;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
process.stdin.on("end", () => process.exit()).resume();

const elector = await createElector({
  cluster: "test",
  id,
  voters: JSON.parse(voters),
  store: fileVoteStore(folder),
  logger: silentLogger,
});

let seenMs = nowMs();

/** Notices a time in which the process did not run, and asks at once. */
function look() {
  const beforeMs = seenMs;
  seenMs = nowMs();
  const stalledMs = seenMs - beforeMs;
  if (stalledMs > gapMs)
    console.log(JSON.stringify({ event: "stalled", id, stalledMs, isLeader: elector.isLeader }));
}

elector.whileLeader(async (lead) => {
  // Before the line: whoever reads it may stop this process at once.
  seenMs = nowMs();
  console.log(JSON.stringify({ event: "elected", id, term: lead.term }));
  while (!lead.signal.aborted) {
    for (const endMs = nowMs() + spinMs; nowMs() < endMs; look()) elector.isLeader;
    await turn();
    look();
  }
});
console.log(JSON.stringify({ event: "started", id }));
