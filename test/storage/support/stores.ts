import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { configurationOf, type DurableRecord } from "../../../src/protocol/index.js";
import type { VoteStore } from "../../../src/runtime/ports.js";

/** A record of this term in a cluster of three; everything else in it follows from the term. */
export function aRecord(term: number, changes: Partial<DurableRecord> = {}): DurableRecord {
  const member = (id: string, incarnation: string | null) => ({
    id,
    address: `ws://10.0.0.${term % 250}:7400`,
    incarnation,
  });
  return {
    term,
    votedFor: term % 3 === 0 ? null : `n${term % 3}`,
    configuration: configurationOf(
      term,
      1,
      [member("n1", null), member("n2", `inc-${term}`)],
      [member("n3", "x")],
    ),
    voteHoldMs: 150 + term / 4,
    incarnation: "me-1",
    incarnationsMet: new Map([
      ["n2", `inc-${term}`],
      ["n3", "x"],
    ]),
    startsMet: new Map([["n3", { startCount: 2, startNonce: `s${term}`, writeCount: term, term }]]),
    run: {
      cluster: "test",
      id: "n1",
      startCount: term,
      startNonce: `s-${term}`,
      earlierNonces: ["before"],
      isCopy: false,
    },
    writeCount: term,
    ...changes,
  };
}

/** An empty directory that is gone when the test is. */
export async function anEmptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "raftbeat-store-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Opens a store: its record, or the error it was refused with. */
export function opened(store: VoteStore): Promise<DurableRecord | null> {
  return new Promise((resolve, reject) =>
    store.open((error, record) => (error === null ? resolve(record) : reject(error))),
  );
}

/** Writes a record; resolves once it is durable. */
export function written(store: VoteStore, record: DurableRecord): Promise<void> {
  return new Promise((resolve, reject) =>
    store.write(record, (error) => (error === null ? resolve() : reject(error))),
  );
}

/** Closes a store. */
export function closed(store: VoteStore): Promise<void> {
  return new Promise((resolve) => store.close(resolve));
}
