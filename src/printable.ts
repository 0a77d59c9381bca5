/** Text of peers, files and servers as it may be shown: it must not steer a terminal, nor forge a line of a log. */

/** Control characters, those that turn the direction of writing, and line separators: everything a terminal obeys. */
const steering = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** What JSON leaves as it is. */
const steeringInJson = /[\u007f-\u009f\p{Cf}\u2028\u2029]/gu;

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

/** True for a name whose value must not be shown: a password, a token, a key. */
export function looksSecret(name: string): boolean {
  return /to?k|secret|pass|pwd|psk|key|auth|cred|jwt|pem/i.test(name);
}

/** A text without the user and password of the URLs in it, and without the values of parameters such as `?token=`. */
export function withoutPasswords(text: string): string {
  return text
    .replace(/\/\/[^/\s]*@/g, "//(not shown)@")
    .replace(/([?&;])([^=?&;#\s]+)=[^&;#\s]*/g, (all, sign, name) =>
      looksSecret(name) ? `${sign}${name}=(not shown)` : all,
    );
}

/** Any value as text, also one that cannot be made text of. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "something that is no text";
  }
}
