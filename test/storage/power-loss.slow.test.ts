import type { FileHandle } from "node:fs/promises";
import { fc, test as property } from "@fast-check/vitest";
import { afterAll, expect, vi } from "vitest";
import type { VoteFile } from "../../src/storage/vote-file.js";
import { seededRandom } from "../support/prng.js";
import { Dead, SimulatedDisk } from "./support/disk.js";
import { aRecord } from "./support/stores.js";

let disk = new SimulatedDisk(Math.random);

// The files of tests share their modules: what was loaded with the real file system is loaded anew, and so again afterwards.
vi.resetModules();
vi.doMock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  open: (path: string, flags: number) => disk.open(path, flags),
  rename: (from: string, to: string) => disk.rename(from, to),
  unlink: (path: string) => disk.unlink(path),
}));
// Its handles have no descriptor of the system.
vi.doMock("../../src/storage/sync.js", () => ({
  syncAll: (handle: FileHandle) => handle.sync(),
  syncData: (handle: FileHandle) => handle.datasync(),
}));
const { openVoteFile } = await import("../../src/storage/vote-file.js");
afterAll(() => {
  vi.doUnmock("node:fs/promises");
  vi.doUnmock("../../src/storage/sync.js");
  vi.resetModules();
});

/** One process: in which of its operations it dies, which of its syncs fails, and what ends it. */
const life = fc.record({
  operationsLeft: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 30 }) }, fc.constant(1000)),
  syncsUntilFailure: fc.oneof(fc.constant(1000), fc.integer({ min: 1, max: 8 })),
  writes: fc.array(fc.record({ copied: fc.boolean() }), { maxLength: 5 }),
  end: fc.constantFrom("killed", "powerLost" as const),
});

property.prop([fc.array(life, { minLength: 1, maxLength: 8 }), fc.nat(), fc.boolean()], { numRuns: 2000 })(
  "kills, failed syncs and power losses in any order, also while opening, never take back a record that was acted on",
  async (lives, seed, writesSync) => {
    disk = new SimulatedDisk(seededRandom(seed));
    /** The newest record that was told to be durable or given out on opening; the newest that was ever asked for. */
    let told = 0;
    let asked = 0;
    for (const { operationsLeft, syncsUntilFailure, writes, end } of lives) {
      disk.startProcess(operationsLeft, syncsUntilFailure);
      try {
        const file: VoteFile = await openVoteFile(SimulatedDisk.directory, writesSync);
        const term = file.record?.term ?? 0;
        expect(term).toBeGreaterThanOrEqual(told);
        expect(term).toBeLessThanOrEqual(asked);
        if (file.record !== null) expect(file.record).toEqual(aRecord(term));
        told = term;
        for (const { copied } of writes) {
          asked++;
          await file.write(aRecord(asked));
          told = asked;
          if (copied) await file.copy();
        }
      } catch (error) {
        // A dead process and one whose write failed are the same from here: neither writes again.
        if (!(error instanceof Dead) && (error as NodeJS.ErrnoException).code !== "EIO") throw error;
      }
      if (end === "powerLost") disk.losePower();
      else disk.killProcess();
    }
  },
);
