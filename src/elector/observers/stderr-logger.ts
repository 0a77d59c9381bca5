import { printable, textOf } from "../../printable.js";
import type { Logger } from "./logger.js";

/** The same line is written no more often. */
const sameAgainMs = 60_000;
/** So many warnings in a minute, and so many errors: warnings must not crowd out an error. */
const linesPerMinute = 60;
/** A term, a count or a duration, which makes no other fault of what is said; not the number in an id or an address. */
const numbers = /(?<=^|[\s(])\d+(?:\.\d+)?(?=$|[\s),;:])/g;

/**
 * The logger of an elector or a monitor that is given none: a line on stderr for each warning and error, with ISO date, level, and who speaks. What
 * is said again, numbers apart, is counted for a minute, then written with its count, so that no fault can flood a log.
 * @param speaker who speaks, with slashes between the parts of its name, such as `jobs/a`
 * @param now the clocks that a line is dated by, and that a minute is measured by
 */
export function stderrLogger(speaker: string, now: { wallMs(): number; nowMs(): number }): Logger {
  const names = speaker.split("/");
  const same = new Map<string, { atMs: number; unwritten: number }>();
  let minuteAtMs = Number.NEGATIVE_INFINITY;
  let written = { warn: 0, error: 0 };
  let left = 0;

  function write(level: "warn" | "error", text: string): void {
    const date = new Date(now.wallMs()).toISOString();
    // Of a closed stderr `console` makes no error that would end the process.
    console.error(printable(`${date} ${level} raftbeat ${speaker}: ${text}`));
  }

  function say(level: "warn" | "error", text: string, what: string): void {
    const nowMs = now.nowMs();
    const before = same.get(what);
    if (before !== undefined && nowMs - before.atMs < sameAgainMs) {
      before.unwritten++;
      return;
    }
    if (nowMs - minuteAtMs >= sameAgainMs) {
      if (left > 0) write("warn", `${left} more warnings and errors were left out within a minute`);
      minuteAtMs = nowMs;
      written = { warn: 0, error: 0 };
      left = 0;
      for (const [old, { atMs }] of same) if (nowMs - atMs >= sameAgainMs && old !== what) same.delete(old);
    }
    if (written[level] === linesPerMinute) {
      left++;
      return;
    }
    written[level]++;
    const again = before === undefined ? 0 : before.unwritten;
    same.set(what, { atMs: nowMs, unwritten: 0 });
    write(level, again === 0 ? text : `${text} (${again} times more in between)`);
  }

  const level = (name: "warn" | "error") => (details: object, message: string) => {
    const { error, ...rest } = details as Readonly<Record<string, unknown>>;
    const cause = error === undefined ? "" : errorInWords(error, message);
    const words = message.split(/[^\w.:-]+/);
    const others = Object.entries(rest).filter(
      ([, value]) =>
        ["string", "number", "boolean"].includes(typeof value) &&
        !words.includes(String(value)) &&
        !names.includes(String(value)),
    );
    const text = `${message}${inWords(others)}${cause}`;
    say(name, text, `${name} ${text.replace(numbers, "#")}`);
  };
  return { debug() {}, info() {}, warn: level("warn"), error: level("error") };
}

function inWords(details: readonly (readonly [string, unknown])[]): string {
  return details.length === 0 ? "" : ` (${details.map(([name, value]) => `${name} ${value}`).join(", ")})`;
}

function errorInWords(error: unknown, message: string): string {
  if (!(error instanceof Error)) return `: ${textOf(error)}`;
  const what = error.message === message ? "" : `: ${error.name}: ${error.message}`;
  const { code } = error as { code?: unknown };
  const place = /^\s+at (.*)$/m.exec(error.stack ?? "")?.[1];
  const more = [typeof code === "string" ? code : null, place === undefined ? null : `at ${place}`];
  const known = more.filter((part) => part !== null);
  return known.length === 0 ? what : `${what} (${known.join(", ")})`;
}
