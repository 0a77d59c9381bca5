import { AsyncLocalStorage, createHook } from "node:async_hooks";
import { fileURLToPath } from "node:url";
import { textOf } from "../printable.js";

/** One start of one replica, to which all belongs that its service does, also after an `await`. */
export interface ServiceScope {
  /** Is told what the service did wrong; `cause` is what it threw. */
  failed(what: string, options?: { readonly cause: unknown }): void;
}

const scopes = new AsyncLocalStorage<ServiceScope>();

/** Runs code of a service. What it throws is told to its scope. */
export function runService(scope: ServiceScope, what: string, run: () => unknown): void {
  const tell = (cause: unknown) => scope.failed(`${what}: ${wordsOf(cause)}`, { cause });
  scopes.run(scope, () => {
    try {
      const ending = run();
      if (ending instanceof Promise) ending.catch(tell);
    } catch (error) {
      tell(error);
    }
  });
}

/** Runs code from which a service may be called, such as a callback of its elector. */
export function inScope<T>(scope: ServiceScope, run: () => T): T {
  return scopes.run(scope, run);
}

/** What was thrown, in one line. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : textOf(error);
}

/** How many clusters pass time now. */
let passing = 0;
let stopWatching = (): void => {};

/** Looks on services while time passes: at timers and clocks of the system, and at promises that are left rejected. */
export async function watchServices<T>(passTime: () => Promise<T>): Promise<T> {
  if (passing++ === 0) stopWatching = startWatching();
  try {
    return await passTime();
  } finally {
    if (--passing === 0) stopWatching();
  }
}

function startWatching(): () => void {
  timers.enable();
  const stops = [watchClock(Date, "Date"), watchClock(performance, "performance"), watchRejections()];
  return () => {
    timers.disable();
    for (const stop of stops) stop();
  };
}

/** Every timer of Node.js is one of these, whichever function made it and however a service imported that. */
const timers = createHook({
  init(_id, type) {
    const scope = type === "Timeout" ? scopes.getStore() : undefined;
    if (scope === undefined) return;
    const frames = framesNow();
    const made = frames.map(
      (frame) => /\b(set(?:Timeout|Interval)|timeout|wait)\b.*\(node:/.exec(frame)?.[1],
    );
    const name = made.find((one) => one !== undefined) ?? "a timer";
    const { line } = callOf(frames);
    scope.failed(
      `the service waits for real time: ${name}, ${line}. Simulated time passes without it, so the test would stall. ` +
        "Give the service `replica.sleep(ms, { signal })` or `replica.schedule(ms, callback)`, and timers of the system only in production",
    );
  },
});

/** Reports where a service itself reads this clock; a package that it uses, such as a logger, may. */
function watchClock(owner: { now(): number }, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, "now");
  const now = owner.now;
  const watched = () => {
    const scope = scopes.getStore();
    const { isOfPackage, line } = scope === undefined ? { isOfPackage: true, line: "" } : callOf(framesNow());
    if (!isOfPackage)
      scope?.failed(
        `the service reads real time: ${name}.now, ${line}. It does not move with simulated time. Give the service \`replica.nowMs()\``,
      );
    return now.call(owner);
  };
  Object.defineProperty(owner, "now", { value: watched, configurable: true, writable: true });
  return () => {
    // Another, such as a runner with fake timers, may have put its own in the place.
    if (owner.now !== watched) return;
    if (own === undefined) Reflect.deleteProperty(owner, "now");
    else Object.defineProperty(owner, "now", own);
  };
}

/** Takes the rejections of services; all others go to the listeners that were there, such as those of the test runner. Jest shows tests a copy of `process`, which hears of none: there Jest itself reports them. */
function watchRejections(): () => void {
  const others = process.listeners("unhandledRejection");
  const onRejection = (reason: unknown, promise: Promise<unknown>) => {
    const scope = scopes.getStore();
    if (scope !== undefined)
      scope.failed(`a promise of the service was rejected and nothing handled it: ${wordsOf(reason)}`, {
        cause: reason,
      });
    else if (others.length === 0) throw reason;
    else for (const other of others) other.call(process, reason, promise);
  };
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", onRejection);
  return () => {
    process.removeListener("unhandledRejection", onRejection);
    for (const other of others) process.on("unhandledRejection", other);
  };
}

const ownFolder = fileURLToPath(new URL("..", import.meta.url));

/** The calls under way outside this package, the innermost first, as lines of a stack. */
function framesNow(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 60;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = stackTraceLimit;
  return stack
    .split("\n")
    .slice(1)
    .map((frame) => frame.trim())
    .filter((frame) => !frame.includes(ownFolder));
}

/** The line of the service in a stack, and whether a package stands between it and the call. */
function callOf(frames: readonly string[]): { readonly line: string; readonly isOfPackage: boolean } {
  const callers = frames.filter((frame) => !/\bnode:|<anonymous>\)?$/.test(frame));
  const isPackage = (frame: string) => /[/\\]node_modules[/\\]/.test(frame);
  const line = callers.find((frame) => !isPackage(frame)) ?? callers[0];
  return {
    line: line ?? "at a place unknown",
    isOfPackage: callers[0] === undefined || isPackage(callers[0]),
  };
}
