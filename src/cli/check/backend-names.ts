import { invalid } from "../../settings/setting-sources.js";

/** The longest name that is made of a URL: a number may follow. */
const longestMadeChars = 56;

/**
 * Backends by name, from `URL` and `NAME=URL`. A URL without a name is called by its host and port; the second of the same, with a 2 after it.
 * @throws RaftbeatError `invalidSettings`
 */
export function namedBackends(texts: readonly string[]): Readonly<Record<string, string>> {
  const given = texts.map((text) => {
    const [, name, target] = /^([\w.-]+)=(.*)$/s.exec(text) ?? [];
    return { name, target: target ?? text };
  });
  const names = new Set<string>();
  for (const { name } of given) {
    if (name === undefined) continue;
    if (names.has(name)) throw invalid(`the backend ${name} is given twice: each needs a name of its own`);
    names.add(name);
  }
  return Object.fromEntries(given.map(({ name, target }) => [name ?? madeName(target, names), target]));
}

function madeName(target: string, taken: Set<string>): string {
  // A name is shown: what stands before an @ is perhaps a password.
  const host = URL.canParse(target) ? new URL(target).host : target.replace(/^.*@/s, "");
  const base =
    host
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[-.]+|-+$/g, "")
      .slice(0, longestMadeChars) || "backend";
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
  taken.add(name);
  return name;
}
