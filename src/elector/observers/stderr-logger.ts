import { printable } from "../../printable.js";
import type { Logger } from "./logger.js";

/** The same line is written no more often. */
const sameAgainMs = 60_000;
/** So many lines in a minute, of whatever kind. */
const linesPerMinute = 60;

/**
 * The logger of an elector that is given none: a line on stderr for each warning and error, with ISO date, level, and which node speaks. A line
 * that says the same again is counted for a minute, then told with its count, so that no fault can flood a log.
 * @param now the clocks that a line is dated by, and that a minute is measured by
 */
export function stderrLogger(
  { cluster, id }: { readonly cluster: string; readonly id: string },
  now: { wallMs(): number; nowMs(): number },
): Logger {
  const same = new Map<string, { atMs: number; unwritten: number }>();
  let minuteAtMs = Number.NEGATIVE_INFINITY;
  let written = 0;
  let left = 0;

  function write(level: "warn" | "error", text: string): void {
    const date = new Date(now.wallMs()).toISOString();
    // Of a closed stderr `console` makes no error that would end the process.
    console.error(printable(`${date} ${level} raftbeat ${cluster}/${id}: ${text}`));
  }

  function say(level: "warn" | "error", text: string): void {
    const nowMs = now.nowMs();
    const before = same.get(text);
    if (before !== undefined && nowMs - before.atMs < sameAgainMs) {
      before.unwritten++;
      return;
    }
    if (nowMs - minuteAtMs >= sameAgainMs) {
      if (left > 0) write("warn", `${left} more warnings and errors were left out within a minute`);
      minuteAtMs = nowMs;
      written = 0;
      left = 0;
      for (const [old, { atMs }] of same) if (nowMs - atMs >= sameAgainMs && old !== text) same.delete(old);
    }
    if (written === linesPerMinute) {
      left++;
      return;
    }
    written++;
    const again = before === undefined ? 0 : before.unwritten;
    same.set(text, { atMs: nowMs, unwritten: 0 });
    write(level, again === 0 ? text : `${text} (${again} times more in between)`);
  }

  const level = (name: "warn" | "error") => (details: object, message: string) =>
    say(name, `${message}${inWords(details, message)}`);
  return { debug() {}, info() {}, warn: level("warn"), error: level("error") };
}

/** What of the details the sentence does not say already; an error with the place that it comes from. */
function inWords(details: object, message: string): string {
  const { error, cluster: _cluster, id: _id, ...rest } = details as Readonly<Record<string, unknown>>;
  const others = Object.entries(rest).filter(
    ([, value]) => ["string", "number", "boolean"].includes(typeof value) && !message.includes(String(value)),
  );
  const parenthesis =
    others.length === 0 ? "" : ` (${others.map(([name, value]) => `${name} ${value}`).join(", ")})`;
  return `${parenthesis}${error === undefined ? "" : errorInWords(error, message)}`;
}

function errorInWords(error: unknown, message: string): string {
  if (!(error instanceof Error)) return `: ${String(error)}`;
  const what = error.message === message ? "" : `: ${error.name}: ${error.message}`;
  const { code } = error as { code?: unknown };
  const place = /^\s+at (.*)$/m.exec(error.stack ?? "")?.[1];
  const more = [typeof code === "string" ? code : null, place === undefined ? null : `at ${place}`];
  const known = more.filter((part) => part !== null);
  return known.length === 0 ? what : `${what} (${known.join(", ")})`;
}
