/** What commander says of a wrong command line, by its words, and what is said in their place; `$1` and `$2` stand for what it names. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^required option '(.*)' not specified$/, "$1 is missing"],
  [/^missing required argument '(.*)'$/, "<$1> is missing"],
  [/^option '(.*)' argument missing$/, "$1 is given without its value"],
  [
    /^too many arguments.* Expected (\d+) arguments? but got (\d+)\.$/,
    "too many arguments: $2, and at most $1 are taken",
  ],
  [/^(unknown (?:option|command) '[^']*')$/, "$1"],
];

/** These say what is right, and need no help besides. */
const complete: readonly (readonly [RegExp, string])[] = [
  [/^option '(.*)' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s, "$1: $2 must be one of $3"],
  [/^option '(.*)' argument '.*' is invalid\. (.*)$/s, "$1: $2"],
  [
    /^command-argument value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/s,
    "<$2>: $1 must be one of $3",
  ],
  [/^(unknown .*)\n\(Did you mean (.*)\)$/s, "$1: did you mean $2"],
];

/**
 * One sentence in the words of raftbeat on a command line that commander refuses.
 * @param text what commander says
 * @param command what was called, such as `raftbeat sweep`
 */
export function usageSentence(text: string, command: string): string {
  const said = text.replace(/^error: /, "").trimEnd();
  for (const [words, own] of complete) if (words.test(said)) return `raftbeat: ${said.replace(words, own)}\n`;
  for (const [words, own] of sentences)
    if (words.test(said)) return `raftbeat: ${said.replace(words, own)}: see ${command} --help\n`;
  return `raftbeat: ${said}\n`;
}
