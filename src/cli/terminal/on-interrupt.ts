/**
 * Aborted when somebody wants what runs to end: by a signal, or by reading no further. The exit code then says so, once everything
 * is cleared away.
 * @param isPatient false: a second signal ends the process at once, for work that leaves nothing to clear away
 */
export function onInterrupt(isPatient = true): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, (_signal: NodeJS.Signals, code: number) => {
      if (controller.signal.aborted && !isPatient) process.exit(128 + code);
      controller.abort(signal);
    });
  process.stdout.on("error", () => controller.abort("nobody reads what it prints"));
  return controller.signal;
}
