#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { RaftbeatError } from "../errors.js";
import { addAdviseCommand } from "./advise.js";
import { addDemoCommand } from "./demo.js";
import { addExploreCommand } from "./explore.js";
import { addFuzzCommand } from "./fuzz.js";
import { addNodeCommand } from "./node.js";
import { addReconfigureCommand } from "./reconfigure.js";
import { addRecoverCommand } from "./recover.js";
import { addSimulateCommand } from "./simulate.js";
import { addStatusCommand } from "./status.js";
import { addStudyCommand } from "./study.js";
import { addSweepCommand } from "./sweep.js";
import { complain, printableLines } from "./terminal.js";
import { addTransferCommand } from "./transfer.js";
import { version } from "./version.js";

/** Exit codes: 0 done, 1 it did not work, 2 it was asked wrongly, 130 it was interrupted. */
const wronglyAsked = 2;
const interrupted = 130;

const program = new Command("raftbeat")
  .description("Elects a leader among the replicas of a service.")
  .version(version())
  .showSuggestionAfterError()
  .configureOutput({
    outputError: (text, write) =>
      write(printableLines(text.replace(/^error: /, "raftbeat: ").replace(/\n\((.*)\)\n$/, ": $1\n"))),
  })
  .exitOverride();
addDemoCommand(program);
addNodeCommand(program);
addSimulateCommand(program);
addExploreCommand(program);
addSweepCommand(program);
addStudyCommand(program);
addAdviseCommand(program);
addFuzzCommand(program);
addStatusCommand(program);
addTransferCommand(program);
addReconfigureCommand(program);
addRecoverCommand(program);

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  process.exit(failed(error));
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
