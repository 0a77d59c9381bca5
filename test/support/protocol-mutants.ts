import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { seededRandom } from "./prng.js";
import { Chaos, type Profile } from "./protocol-chaos.js";
import { Caught } from "./protocol-dialogue.js";
import type { Protocol } from "./protocol-nodes.js";

/** A text in one file of `src/protocol` that stands there once, and what to put in its place. */
export type Edit = readonly [file: string, text: string, instead: string];

const source = fileURLToPath(new URL("../../src/protocol", import.meta.url));

/** Loads the protocol with these edits, every module anew; with no edits, the protocol as it is. */
export async function plant(edits: readonly Edit[]): Promise<Protocol> {
  const folder = mkdtempSync(join(tmpdir(), "raftbeat-mutant-"));
  try {
    cpSync(source, folder, { recursive: true });
    for (const [file, text, instead] of edits) {
      const path = join(folder, file);
      const [before, after, ...more] = readFileSync(path, "utf8").split(text);
      if (before === undefined || after === undefined || more.length > 0)
        throw new Error(`${file} does not hold this exactly once: ${text}`);
      writeFileSync(path, before + instead + after);
    }
    return await import(pathToFileURL(join(folder, "index.ts")).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What first went wrong in `runs` random worlds of a profile: an invariant, `L1` where nobody leads at the end, or null. */
export function firstCatch(protocol: Protocol, profile: Profile, runs: number): string | null {
  for (let seed = 1; seed <= runs; seed++) {
    const random = seededRandom(seed);
    const script = Array.from({ length: 200 }, () => Math.floor(random() * 2 ** 32));
    try {
      const chaos = new Chaos(protocol, profile, seed);
      chaos.play(script);
      if (!chaos.heal() && chaos.hasQuorum()) return "L1";
    } catch (error) {
      if (error instanceof Caught) return error.violations.map(({ invariant }) => invariant).join(", ");
      throw error;
    }
  }
  return null;
}
