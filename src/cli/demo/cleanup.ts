import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Sees to it that nothing is left behind, whatever ends this process: a small shell waits for the end of its input, which the
 * system closes with us, then kills the processes it was last told of and removes the folder. A process that is stopped (SIGSTOP)
 * could not notice by itself that its parent is gone.
 */
export interface Cleanup {
  /** The processes that run now. */
  processes(ids: readonly number[]): void;
  /** Kills and removes now; resolves when it is done. */
  run(): Promise<void>;
}

/** What is written meanwhile can keep a folder from being removed at first. */
const script = `
trap '' INT TERM HUP
ids=
while read -r line; do ids=$line; done
[ -z "$ids" ] || kill -KILL $ids 2>/dev/null
for _ in 1 2 3 4 5; do rm -rf -- "$1" 2>/dev/null && exit; sleep 0.2; done
`;

/** Starts the shell. */
export function createCleanup(folder: string): Cleanup {
  const shell = spawn("sh", ["-c", script, "raftbeat-cleanup", folder], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const gone = once(shell, "exit");
  // Where the shell is gone there is nobody left to tell.
  shell.stdin.on("error", () => {});
  return {
    processes: (ids) => void shell.stdin.write(`${ids.join(" ")}\n`),
    async run() {
      shell.stdin.end();
      await gone;
    },
  };
}
