import type { CompletedCommand, CompletedFlag, CompletionTree } from "./completion-tree.js";

/**
 * A script for each shell, whole and without a call of raftbeat: a key press must not wait for Node.js to start.
 * Own code, as the libraries that read commander's commands ask a program at each key press, and would be a dependency of every service.
 */
export const shellScripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** A shell that there is a script for. */
export type Shell = keyof typeof shellScripts;

/** For bash from 3.2 on: what `eval "$(raftbeat completion bash)"` runs. */
function bashScript({ commands }: CompletionTree): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of raftbeat for bash: eval "$(raftbeat completion bash)"
_raftbeat() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" word words=""
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${names.join("|")}) command="$word"; break ;; esac
  done
  case "$command $previous" in
${valueCases(commands, (words) => `words=${quoted(words.join(" "))} ;;`)}
${fileFlags(commands, "return ;;")}
    *)
      case "$command" in
        "") words=${quoted([...names, "--help", "--version"].join(" "))} ;;
${commands.map((command) => `        ${command.name}) if [[ "$current" == -* ]]; then words=${quoted(flagNames(command))}; else words=${quoted(command.argumentWords.join(" "))}; fi ;;`).join("\n")}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _raftbeat raftbeat
`;
}

/** For zsh from 5 on: run it after compinit, or save it as \`_raftbeat\` in a folder of fpath. */
function zshScript({ commands }: CompletionTree): string {
  const names = commands.map(({ name }) => name);
  const described = commands.map(({ name, summary }) => quoted(`${name}:${summary}`));
  return `#compdef raftbeat
# Completion of raftbeat for zsh: eval "$(raftbeat completion zsh)" after compinit
_raftbeat() {
  local command="" word
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in (${names.join("|")}) command="$word"; break ;; esac
  done
  case "$command \${words[CURRENT-1]}" in
${valueCases(commands, (words) => `compadd -- ${words.join(" ")}; return ;;`)}
${fileFlags(commands, "_files; return ;;")}
  esac
  case "$command" in
    "") items=(${described.join(" ")}); _describe command items; return ;;
${commands.map((command) => `    ${command.name}) items=(${command.flags.map(({ name, help }) => quoted(`${name}:${help}`)).join(" ")}) ;;`).join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe -o flag items; return; fi
  case "$command" in
${commands.map((command) => `    ${command.name}) ${zshArguments(command)} ;;`).join("\n")}
  esac
}
if [[ "\${funcstack[1]}" == _raftbeat ]]; then _raftbeat "$@"; else compdef _raftbeat raftbeat; fi
`;
}

function zshArguments({ argumentWords, takesFiles }: CompletedCommand): string {
  const words = argumentWords.length === 0 ? ":" : `compadd -- ${argumentWords.join(" ")}`;
  return takesFiles ? `${words}; _files` : words;
}

/** For fish from 3 on. */
function fishScript({ commands }: CompletionTree): string {
  const lines = commands.flatMap(({ name, summary, flags, argumentWords, takesFiles }) => {
    const after = `-n "__fish_seen_subcommand_from ${name}"`;
    return [
      `complete -c raftbeat -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...flags.map(
        ({ name, help, takesValue, words }) =>
          `complete -c raftbeat ${after} -l ${name.slice(2)} -d ${quoted(help)}${takesValue ? " -r" : ""}${words.length > 0 ? ` -f -a ${quoted(words.join(" "))}` : ""}`,
      ),
      ...(takesFiles ? [] : [`complete -c raftbeat ${after} -f`]),
      ...(argumentWords.length > 0
        ? [`complete -c raftbeat ${after} -a ${quoted(argumentWords.join(" "))}`]
        : []),
    ];
  });
  return `# Completion of raftbeat for fish: raftbeat completion fish | source\n${lines.join("\n")}\n`;
}

/** A case for each flag whose value is one of a few words. */
function valueCases(
  commands: readonly CompletedCommand[],
  then: (words: readonly string[]) => string,
): string {
  return flagsOf(commands, ({ words }) => words.length > 0)
    .map(({ command, flag }) => `    "${command} ${flag.name}") ${then(flag.words)}`)
    .join("\n");
}

/** One case for all flags with another value, which may be a file. */
function fileFlags(commands: readonly CompletedCommand[], then: string): string {
  const flags = flagsOf(commands, ({ takesValue, words }) => takesValue && words.length === 0);
  return `    ${flags.map(({ command, flag }) => `"${command} ${flag.name}"`).join("|")}) ${then}`;
}

function flagsOf(commands: readonly CompletedCommand[], which: (flag: CompletedFlag) => boolean) {
  return commands.flatMap(({ name, flags }) => flags.filter(which).map((flag) => ({ command: name, flag })));
}

function flagNames({ flags }: CompletedCommand): string {
  return flags.map(({ name }) => name).join(" ");
}

/** As one word of any of these shells. */
function quoted(text: string): string {
  return `"${text.replace(/["\\$`]/g, "\\$&")}"`;
}
