import { vi } from "vitest";
import { runProgram } from "../../../src/cli/program.js";

/** What a command came to. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `raftbeat` within this process: for commands that answer at once, and need neither signals nor workers. One at a time. What it
 * leaves in the process (listeners of signals, an exit code) is taken away.
 */
export async function raftbeatHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      said[name] += String(text);
      return true;
    }),
  );
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  const unread = process.stdout.listeners("error");
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  try {
    const exitCode = await runProgram(args);
    return { exitCode, ...said };
  } finally {
    process.exitCode = undefined;
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
    for (const signal of signals)
      for (const listener of process.listeners(signal))
        if (before.get(signal)?.includes(listener) !== true) process.removeListener(signal, listener);
    for (const listener of process.stdout.listeners("error"))
      if (!unread.includes(listener)) process.stdout.removeListener("error", listener as () => void);
  }
}
