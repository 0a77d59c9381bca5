import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { type BeatSender, sendBeats } from "../../liveness/index.js";
import { durationText } from "../../settings/setting-values.js";
import { complain, printText } from "../terminal/terminal.js";
import type { BeatPlan } from "./beat-plan.js";

/** Signals that ask a process to end. */
const endings: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];

/** Signals that are passed on besides. */
const others: readonly NodeJS.Signals[] = ["SIGQUIT", "SIGUSR1", "SIGUSR2"];

/** These a terminal sends to the whole group in its foreground: the command has them already. */
const fromTerminal: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];

/** Exit codes of shells for a command that is not there, and for one that cannot be run. */
const notFound = 127;
const notRunnable = 126;

/** Beats while the command runs, or until asked to end. Gives the exit code. */
export async function runBeat(plan: BeatPlan): Promise<number> {
  return plan.command.length === 0 ? beatUntilAsked(plan) : beatWhile(plan);
}

async function beatUntilAsked(plan: BeatPlan): Promise<number> {
  const sender = start(plan);
  printText(`${plan.id} beats to ${plan.to} every ${durationText(plan.intervalMs)}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of endings) process.once(signal, () => resolve());
  });
  await sender.stop();
  return 0;
}

async function beatWhile(plan: BeatPlan): Promise<number> {
  const [file = "", ...args] = plan.command;
  const child = spawn(file, args, { stdio: "inherit" });
  let asked = false;
  let sender: BeatSender | null = null;
  for (const signal of [...endings, ...others])
    process.on(signal, () => {
      asked ||= endings.includes(signal);
      if (!(process.stdin.isTTY === true && fromTerminal.includes(signal))) child.kill(signal);
    });
  child.once("spawn", () => {
    sender = start(plan);
  });
  const exitCode = await endOf(child, file);
  // A command that fails is told by the watcher at once; one that was asked to end is not missed.
  await (sender as BeatSender | null)?.stop({ goodbye: exitCode === 0 || asked });
  return exitCode;
}

/** The exit code of a command, as a shell has it. */
function endOf(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      complain(`raftbeat: ${file} cannot be run (${error.code}): check the command after --`);
      resolve(error.code === "ENOENT" ? notFound : notRunnable);
    });
    child.once("exit", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

function start({ to, id, intervalMs, zone, token, tls }: BeatPlan): BeatSender {
  return sendBeats(to, { id, intervalMs, zone, token, tls });
}
