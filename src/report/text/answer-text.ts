import type { Answer } from "../pages/figure.js";

/** An answer as a terminal shows it: the sentence, then what it rests on, each after its word. */
export function answerText({ lead, facts }: Answer): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  const lines = facts.map(([name, text], place) => {
    // Facts of one name stand below each other.
    const shown = facts[place - 1]?.[0] === name ? "" : name;
    return `${shown.padEnd(width)}  ${text}\n`;
  });
  return `${lead}\n${lines.length === 0 ? "" : `\n${lines.join("")}`}`;
}
