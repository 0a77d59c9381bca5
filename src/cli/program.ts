import { Command, CommanderError } from "commander";
import { RaftbeatError } from "../errors.js";
import { printableLines } from "../printable.js";
import { addBeatCommand } from "./beats/beat-command.js";
import { addWatchCommand } from "./beats/watch-command.js";
import { addAdviseCommand } from "./commands/advise.js";
import { addCheckCommand } from "./commands/check.js";
import { addDemoCommand } from "./commands/demo.js";
import { addExploreCommand } from "./commands/explore.js";
import { addFuzzCommand } from "./commands/fuzz.js";
import { addNodeCommand } from "./commands/node.js";
import { addReconfigureCommand } from "./commands/reconfigure.js";
import { addRecoverCommand } from "./commands/recover.js";
import { addSimulateCommand } from "./commands/simulate.js";
import { addStatusCommand } from "./commands/status.js";
import { addStudyCommand } from "./commands/study.js";
import { addSweepCommand } from "./commands/sweep.js";
import { addTransferCommand } from "./commands/transfer.js";
import { addCompletionCommand } from "./completion/completion.js";
import { examples } from "./terminal/examples.js";
import { complain } from "./terminal/terminal.js";
import { usageSentence } from "./terminal/usage-error.js";
import { version } from "./terminal/version.js";

/** Exit codes: 0 done, 1 it did not work, 2 it was asked wrongly, 130 it was interrupted. */
const wronglyAsked = 2;
const interrupted = 130;

/** Runs one command and gives its exit code; prints what it has to say, errors too. Never rejects. */
export async function runProgram(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return failed(error);
  }
}

/** The commands, with what each takes. */
export function createProgram(): Command {
  const program = new Command("raftbeat")
    .description("Elects a leader among the replicas of a service.")
    .version(version())
    .showSuggestionAfterError()
    .exitOverride();
  program.addHelpText("after", examples("demo", "simulate quorum-loss"));
  addDemoCommand(program);
  addNodeCommand(program);
  addSimulateCommand(program);
  addExploreCommand(program);
  addSweepCommand(program);
  addStudyCommand(program);
  addAdviseCommand(program);
  addFuzzCommand(program);
  addCheckCommand(program);
  addStatusCommand(program);
  addTransferCommand(program);
  addReconfigureCommand(program);
  addRecoverCommand(program);
  addWatchCommand(program);
  addBeatCommand(program);
  addCompletionCommand(program);
  for (const command of [program, ...program.commands]) {
    const name = command === program ? "raftbeat" : `raftbeat ${command.name()}`;
    command.configureOutput({
      outputError: (text, write) => write(printableLines(usageSentence(text, name))),
    });
  }
  return program;
}

/** One clear sentence for what the world or the asker did; a stack only for what we did. */
function failed(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wronglyAsked;
  if (!(error instanceof RaftbeatError)) {
    complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
  complain(`raftbeat: ${error.message}`);
  if (error.code === "aborted") return interrupted;
  return error.code === "invalidSettings" ? wronglyAsked : 1;
}
