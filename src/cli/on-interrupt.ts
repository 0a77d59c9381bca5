/**
 * Aborted when somebody wants what runs to end: by a signal, or by reading no further. The exit code then says so, once everything
 * is cleared away.
 */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => controller.abort(signal));
  process.stdout.on("error", () => controller.abort("nobody reads what it prints"));
  return controller.signal;
}
