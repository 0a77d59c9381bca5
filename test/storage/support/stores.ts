import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export { aRecord } from "../../../src/testing/contracts/sample-records.js";
export { closed, opened, written } from "../../../src/testing/contracts/store-calls.js";

/** An empty directory that is gone when the test is. */
export async function anEmptyDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "raftbeat-store-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
