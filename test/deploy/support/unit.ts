import { read } from "../../docs/support/pages.js";

/** The settings of `docs/deploy/raftbeat.service`, by name; one may be given more than once. */
export const unit: ReadonlyMap<string, readonly string[]> = settingsIn(read("docs/deploy/raftbeat.service"));

function settingsIn(text: string): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const [, name = "", value = ""] of text.matchAll(/^(\w+)=(.*)$/gm))
    settings.set(name, [...(settings.get(name) ?? []), value]);
  return settings;
}

/** The variables of lines such as `NAME=value`. */
export function environmentIn(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
