import type { Command } from "commander";

/** What a shell can complete after `raftbeat`. */
export interface CompletionTree {
  readonly commands: readonly CompletedCommand[];
}

/** One command, and what may follow it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** What its arguments may be; empty where there is nothing to say. */
  readonly argumentWords: readonly string[];
  /** Whether its arguments may be files. */
  readonly takesFiles: boolean;
}

/** One flag of a command. */
export interface CompletedFlag {
  /** With its dashes. */
  readonly name: string;
  readonly help: string;
  readonly takesValue: boolean;
  /** What its value may be; empty where a shell completes files. */
  readonly words: readonly string[];
}

/** The words of flags and arguments: by command and flag (`fuzz --profile`), by flag alone (`--timing`), or by command for its arguments. */
export type CompletionWords = Readonly<Record<string, readonly string[]>>;

/**
 * Reads from the commands what can be completed.
 * @param takingFiles the names of commands whose arguments may be files
 */
export function completionTree(
  program: Command,
  words: CompletionWords,
  takingFiles: readonly string[],
): CompletionTree {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    flags: [
      ...command.options.map((option) => {
        const name = option.long ?? option.flags;
        return {
          name,
          help: option.description,
          takesValue: option.required || option.optional,
          words: words[`${command.name()} ${name}`] ?? words[name] ?? option.argChoices ?? [],
        };
      }),
      { name: "--help", help: "display help for command", takesValue: false, words: [] },
    ],
    argumentWords: words[command.name()] ?? command.registeredArguments[0]?.argChoices ?? [],
    takesFiles: takingFiles.includes(command.name()),
  }));
  return { commands };
}
