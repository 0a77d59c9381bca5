/** All that a command prints goes through here: text of peers, files and servers must not steer a terminal, nor forge a line of a log. */

/** Control characters, those that turn the direction of writing, and line separators: everything a terminal obeys. */
const steering = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** What JSON leaves as it is. */
const steeringInJson = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;

/** How colours begin and end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const colour = /(\u001b\[[\d;]*m)/;

/** Text as one line without anything that a terminal obeys. */
export function printable(text: string): string {
  return text.replace(steering, "\ufffd");
}

/** The same of text of several lines, which stay. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** JSON on one line; what a terminal would obey is written as an escape, so that the value is the same. */
export function jsonText(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return JSON.stringify(value, replacer).replace(
    steeringInJson,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Prints text, its newlines included; with `coloured` its colours, too. */
export function printText(text: string, { coloured = false }: { readonly coloured?: boolean } = {}): void {
  // Splitting by a group keeps what was matched, at every second place.
  const parts = coloured ? text.split(colour) : [text];
  process.stdout.write(parts.map((part, place) => (place % 2 === 1 ? part : printableLines(part))).join(""));
}

/** Prints one JSON value on a line of its own. */
export function printJson(value: unknown, replacer?: (key: string, value: unknown) => unknown): void {
  process.stdout.write(`${jsonText(value, replacer)}\n`);
}

/** Says on standard error what went wrong. */
export function complain(sentence: string): void {
  process.stderr.write(`${printableLines(sentence)}\n`);
}
