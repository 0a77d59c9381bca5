import type { Elector } from "../../elector/api.js";
import type { NodeEvent } from "../../observability/node-event.js";

/** How a node was asked to end. */
export interface StopRequest {
  /** The exit code that befits it; 0 unless nobody reads what the node prints any more. */
  exitCode: number;
}

/**
 * Hands over and stops at the first SIGTERM, SIGINT or SIGHUP; exits at once at the second. Stops too when nobody reads its output
 * any more or, with `whileStdin`, when its input ends: the process that started it is gone.
 * @param onHangUp what SIGHUP is for in place of stopping, or null
 */
export function stopOnRequest(
  whileStdin: boolean,
  elector: Elector,
  report: (event: NodeEvent) => void,
  onHangUp: (() => void) | null = null,
): StopRequest {
  const request: StopRequest = { exitCode: 0 };
  let asked = false;
  function stop(cause: string): void {
    asked = true;
    report({ event: "stopping", cause });
    void elector.stop({ handover: true });
  }
  if (onHangUp !== null) process.on("SIGHUP", onHangUp);
  for (const signal of ["SIGTERM", "SIGINT", ...(onHangUp === null ? (["SIGHUP"] as const) : [])] as const)
    process.on(signal, (_signal: NodeJS.Signals, code: number) => {
      if (asked) process.exit(128 + code);
      stop(signal);
    });
  function onUnread(): void {
    request.exitCode = 1;
    if (!asked) void elector.stop({ handover: true });
    asked = true;
  }
  process.stdout.on("error", onUnread);
  // Warnings may have been in vain before there was a node to stop; it is stopped once all of it has begun.
  if (process.stdout.errored !== null) queueMicrotask(onUnread);
  if (whileStdin) {
    // A pipe closes; a file, such as /dev/null, only ends.
    for (const event of ["end", "close"])
      process.stdin.once(event, () => {
        if (!asked) stop("standard input ended");
      });
    process.stdin.on("error", () => {});
    process.stdin.resume();
  }
  return request;
}
