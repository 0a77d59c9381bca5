import { publish } from "../elector/observers/diagnostics.js";
import { createEvents } from "../elector/observers/events.js";
import type { Logger } from "../elector/observers/logger.js";
import { createWatch } from "../elector/observers/watch.js";
import { asRaftbeatError, type RaftbeatError } from "../errors.js";

/** What monitors and health checks tell a service: each event once, in order; the newest state; and their end. */
export interface Announcements<Event, State> {
  /** Tells the log, `diagnostics_channel`, the subscribers and the readers of the state. */
  tell(event: Event): void;
  /** Ends it, with an error or without; does nothing the second time. */
  end(error: RaftbeatError | null): void;
  /** Ends it because something in it threw. */
  fail(thrown: unknown): void;
  readonly subscribe: (listener: (event: Event) => void) => () => void;
  readonly changes: (options?: { readonly signal?: AbortSignal | undefined }) => AsyncIterable<State>;
  readonly ended: Promise<RaftbeatError | null>;
}

/**
 * Makes the announcements of one monitor, or of one set of checks.
 * @param what names it in the sentence of a failure: `the monitor`
 * @param read gives the state now
 * @param stop stops what is running, before the end is told
 */
export function createAnnouncements<Event extends { readonly kind: string }, State>(
  what: string,
  logger: Logger,
  logEvent: (logger: Logger, event: Event) => void,
  read: () => State,
  stop: () => void,
): Announcements<Event, State> {
  const events = createEvents<Event>((error) => logger.error({ error }, "a subscriber threw"));
  const changes = createWatch(read);
  let settle: (error: RaftbeatError | null) => void = () => {};
  const ended = new Promise<RaftbeatError | null>((resolve) => {
    settle = resolve;
  });
  let isOver = false;

  function end(error: RaftbeatError | null): void {
    if (isOver) return;
    isOver = true;
    stop();
    changes.end();
    settle(error);
  }

  return {
    tell(event) {
      logEvent(logger, event);
      publish(`raftbeat:liveness:${event.kind}`, {}, event);
      events.emit(event);
      changes.notify();
    },
    end,
    fail(thrown) {
      const error = asRaftbeatError(thrown, "internal", `${what} ended because something in it threw`);
      logger.error({ error }, error.message);
      end(error);
    },
    subscribe: events.subscribe,
    changes: ({ signal } = {}) => changes.values(signal),
    ended,
  };
}
