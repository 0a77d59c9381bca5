import type { DurableRecord } from "../../protocol/index.js";
import type { VoteStore } from "../../runtime/ports.js";

/** The calls of a vote store as promises. */

/** Opens a store. @returns its record @throws the error that it was refused with */
export function opened(store: VoteStore): Promise<DurableRecord | null> {
  return new Promise((resolve, reject) =>
    store.open((error, record) => (error === null ? resolve(record) : reject(error))),
  );
}

/** Writes a record; resolves once it is durable. @throws the error of the store */
export function written(store: VoteStore, record: DurableRecord): Promise<void> {
  return new Promise((resolve, reject) =>
    store.write(record, (error) => (error === null ? resolve() : reject(error))),
  );
}

/** Closes a store. */
export function closed(store: VoteStore): Promise<void> {
  return new Promise((resolve) => store.close(resolve));
}
