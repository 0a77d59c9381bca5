/** The end of a command's help: command lines that run as they stand. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  raftbeat ${line}\n`).join("")}`;
}
