import { RaftbeatError } from "../../errors.js";
import { printable } from "../../printable.js";
import { median } from "../../quantiles.js";
import type { BeatTrace } from "./beat-trace.js";

/** What a file of arrivals holds at least and at most. */
export const traceBounds = { leastBeats: 20, mostBeats: 5_000_000, mostSlots: 1e9 } as const;

/**
 * Reads the arrivals of one sender's beats: a line for each, in their order, with its slot and when it arrived in milliseconds of one clock. Either as
 * comma-separated values (`12,12034.5`; a first line of names is passed over) or as JSON lines (`{"slot":12,"atMs":12034.5}`). When the beats were sent is
 * estimated: the sender's pace as the median of the slopes over half of the trace, and its start as if the fastest beat had taken no time.
 * @param intervalMs at which interval the sender beats; that of its pace, to four digits, unless given
 * @param name what the file is called in an error
 * @throws RaftbeatError `invalidSettings`, naming the line and what is wrong with it
 */
export function parseBeatTrace(text: string, intervalMs?: number, name = "the trace"): BeatTrace {
  const slots: number[] = [];
  const arrivals: number[] = [];
  let lineNumber = 0;
  for (const line of linesOf(text)) {
    lineNumber++;
    const words = line.trim();
    if (words === "" || (slots.length === 0 && /^"?[a-z]/i.test(words))) continue;
    const refuse = (reason: string) => refused(`${name}, line ${lineNumber}: ${reason}`);
    const [slot, atMs] = words.startsWith("{") ? ofJson(words, refuse) : ofValues(words, refuse);
    if (!Number.isSafeInteger(slot) || slot < 0)
      throw refuse(`slot (${slot}) must be a whole number from 0 on`);
    if (!Number.isFinite(atMs) || Math.abs(atMs) > 1e15)
      throw refuse(`atMs (${atMs}) must be a number of milliseconds`);
    const before = arrivals.at(-1);
    if (before !== undefined && atMs < before)
      throw refuse(`atMs (${atMs}) is before the arrival above it (${before}): sort by arrival`);
    if (slots.length === traceBounds.mostBeats)
      throw refuse(`more than ${traceBounds.mostBeats} beats: give a part of them`);
    slots.push(slot);
    arrivals.push(atMs);
  }
  return traceOf(Float64Array.from(slots), Float64Array.from(arrivals), intervalMs, name);
}

function traceOf(
  slots: Float64Array,
  arrivedAtMs: Float64Array,
  givenMs: number | undefined,
  name: string,
): BeatTrace {
  const { leastBeats, mostSlots } = traceBounds;
  if (slots.length < leastBeats)
    throw refused(`${name}: ${slots.length} beats, and no estimate rests on fewer than ${leastBeats}`);
  checkOneLife(slots, name);
  const first = slots[0] as number;
  const lastMs = arrivedAtMs.at(-1) as number;
  if ((slots.at(-1) as number) - first > mostSlots)
    throw refused(`${name}: more than ${mostSlots} slots from the first to the last: give a part of them`);
  const paceMs = paceOf(slots, arrivedAtMs);
  if (!(paceMs > 0)) throw refused(`${name}: all beats arrive at once, which shows no pace`);
  const intervalMs = givenMs ?? Number(paceMs.toPrecision(4));
  if (Math.abs(intervalMs / paceMs - 1) > 0.05)
    throw refused(`${name}: slots are ${Number(paceMs.toPrecision(4))} ms apart, and not ${intervalMs} ms`);
  let originMs = Number.POSITIVE_INFINITY;
  for (let index = 0; index < slots.length; index++)
    originMs = Math.min(originMs, (arrivedAtMs[index] as number) - (slots[index] as number) * paceMs);
  return {
    intervalMs,
    slots,
    arrivedAtMs,
    sendings: { originMs, paceMs, known: false },
    aliveUntilMs: lastMs,
  };
}

/** A sender that began again numbers its beats anew; its lives are two traces. */
function checkOneLife(slots: Float64Array, name: string): void {
  let newest = 0;
  for (const [index, slot] of slots.entries()) {
    if (slot < newest - 1000)
      throw refused(
        `${name}: beat ${index + 1} has slot ${slot} after slot ${newest}: the sender began anew; give each of its lives alone`,
      );
    newest = Math.max(newest, slot);
  }
}

/** The median slope from each beat of the first half to the one half of the trace later: a few late beats do not move it (Theil and Sen). */
function paceOf(slots: Float64Array, arrivedAtMs: Float64Array): number {
  const half = Math.floor(slots.length / 2);
  const slopes: number[] = [];
  for (let index = 0; index + half < slots.length; index++) {
    const apart = (slots[index + half] as number) - (slots[index] as number);
    if (apart > 0)
      slopes.push(((arrivedAtMs[index + half] as number) - (arrivedAtMs[index] as number)) / apart);
  }
  return median(slopes);
}

/** One line after the other, so that a file of millions is not held twice. */
function* linesOf(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf("\n", from);
    yield text.slice(from, end < 0 ? text.length : end);
    if (end < 0) return;
    from = end + 1;
  }
}

function ofJson(words: string, refuse: (reason: string) => RaftbeatError): [number, number] {
  let given: unknown;
  try {
    given = JSON.parse(words);
  } catch {
    throw refuse(`${shown(words)} is no JSON`);
  }
  const { slot, atMs } = given as { slot?: unknown; atMs?: unknown };
  if (typeof slot !== "number" || typeof atMs !== "number")
    throw refuse(`${shown(words)} must have the numbers slot and atMs`);
  return [slot, atMs];
}

function ofValues(words: string, refuse: (reason: string) => RaftbeatError): [number, number] {
  const parts = words.split(",").map((part) => part.trim());
  if (parts.length !== 2 || parts.includes(""))
    throw refuse(`${shown(words)} must be a slot and an arrival in milliseconds, such as 12,12034.5`);
  return parts.map(Number) as [number, number];
}

function shown(words: string): string {
  return printable(words.length > 60 ? `${words.slice(0, 60)}...` : words);
}

function refused(message: string): RaftbeatError {
  return new RaftbeatError("invalidSettings", message);
}
