import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A child process that runs one of the bench's own modules and talks over IPC. */
export interface Child {
  readonly process: ChildProcess;
  /** The next message of this kind; rejects when the child ends first or the deadline passes. */
  next<T extends { readonly kind: string }>(kind: T["kind"], withinMs?: number): Promise<T>;
  send(message: object): void;
  /** Kills it and waits until it is gone. */
  end(): Promise<void>;
}

/** Starts `module` (a compiled file beside this one) with these arguments. */
export function startChild(module: string, args: readonly string[]): Child {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), args, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const heard: { readonly kind: string }[] = [];
  let wake = (): void => {};
  child.on("message", (message) => {
    heard.push(message as { readonly kind: string });
    wake();
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.once("exit", () => wake());

  return {
    process: child,
    async next(kind, withinMs = 30_000) {
      const endAtMs = performance.now() + withinMs;
      for (;;) {
        const index = heard.findIndex((message) => message.kind === kind);
        if (index >= 0) return heard.splice(index, 1)[0] as never;
        const leftMs = endAtMs - performance.now();
        if (leftMs <= 0) throw new Error(`${module} said no "${kind}" within ${withinMs} ms`);
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`${module} ended before it said "${kind}"`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leftMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
    send: (message) => void child.send(message),
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await gone;
    },
  };
}

/** What a child of the heartbeat bench reports of a window of time. */
export interface Usage {
  readonly kind: "usage";
  readonly acknowledged: number;
  readonly cpuMs: number;
  readonly residentBytes: number;
}
