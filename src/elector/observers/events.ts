import type { ElectorEvent } from "../api.js";

/** Tells subscribers what happened, in the same order to each of them. */
export interface Events<Event = ElectorEvent> {
  /** Returns the end of the subscription. */
  subscribe(listener: (event: Event) => void): () => void;
  emit(event: Event): void;
}

/** Makes the events of one elector, or of another source. A listener that throws is told to `onError` and keeps nobody else from hearing. */
export function createEvents<Event = ElectorEvent>(onError: (error: unknown) => void): Events<Event> {
  const listeners = new Set<{ readonly listener: (event: Event) => void }>();
  const queue: Event[] = [];
  let telling = false;

  return {
    subscribe(listener) {
      const subscription = { listener };
      listeners.add(subscription);
      return () => {
        listeners.delete(subscription);
      };
    },
    emit(event) {
      queue.push(event);
      // What a listener causes is told after what it was told.
      if (telling) return;
      telling = true;
      for (let next = queue.shift(); next !== undefined; next = queue.shift())
        for (const subscription of [...listeners]) {
          if (!listeners.has(subscription)) continue;
          try {
            subscription.listener(next);
          } catch (error) {
            onError(error);
          }
        }
      telling = false;
    },
  };
}
