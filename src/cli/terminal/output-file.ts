import { closeSync, existsSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { RaftbeatError } from "../../errors.js";

/**
 * Refuses a file that could not be written, before long work and not after it; what is in it stays.
 * @throws RaftbeatError `invalidSettings`, naming the flag and the path
 */
export function refuseUnwritable(flag: string, path: string): void {
  const isThere = existsSync(path);
  try {
    closeSync(openSync(path, "a"));
    if (!isThere) unlinkSync(path);
  } catch (cause) {
    throw refused(flag, path, cause);
  }
}

/**
 * Writes a file as a whole, once the work is done.
 * @throws RaftbeatError `invalidSettings`, naming the flag and the path
 */
export function writeOutput(flag: string, path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw refused(flag, path, cause);
  }
}

/** What is said of a file that cannot be written. */
export function refused(flag: string, path: string, cause: unknown): RaftbeatError {
  const { message } = cause as Error;
  return new RaftbeatError("invalidSettings", `${flag} ${path}: cannot be written: ${message}`, { cause });
}
