import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import { ownWords } from "../../schemas/own-words.js";
import type { CellRecord } from "./cell-record.js";

/** The first words of every state file. */
const format = "raftbeat sweep state 2";

const numbers = v.array(v.nullable(v.number()));
const count = v.pipe(v.number(), v.minValue(0));
const recordSchema = v.strictObject({
  metrics: numbers,
  recoveriesMs: numbers,
  detectionSumMs: count,
  detectionCount: count,
  observedMs: count,
  ledMs: count,
  leaderChanges: count,
  violations: v.array(v.string()),
  baseline: v.nullable(
    v.strictObject({
      minutes: count,
      falseElections: count,
      ledMs: count,
      observedMs: count,
      messages: count,
    }),
  ),
});
const stateSchema = v.strictObject({
  format: v.literal(format),
  fingerprint: v.string(),
  about: v.string(),
  cells: v.record(v.string(), recordSchema),
});

/** 16 hexadecimal digits of all that decides what a sweep comes to. */
export function fingerprintOf(plan: unknown): string {
  return createHash("sha256").update(JSON.stringify(plan)).digest("hex").slice(0, 16);
}

/** Writes down how far a sweep has come: the whole file or, if that fails half-way, nothing. */
export function writeSweepState(
  path: string,
  fingerprint: string,
  about: string,
  cells: ReadonlyMap<number, CellRecord>,
): void {
  const text = JSON.stringify({ format, fingerprint, about, cells: Object.fromEntries(cells) });
  const besides = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(besides, text, { flush: true });
    renameSync(besides, path);
  } catch (cause) {
    const { message } = cause as Error;
    throw new RaftbeatError("invalidSettings", `--resume ${path}: cannot be written: ${message}`, { cause });
  }
}

/**
 * Reads how far a sweep had come; empty where there is no such file yet.
 * @throws RaftbeatError `invalidSettings` for a file that is not the state of this very sweep
 */
export function readSweepState(path: string, fingerprint: string): Map<number, CellRecord> {
  const refused = (why: string, cause?: unknown) =>
    new RaftbeatError("invalidSettings", `--resume ${path}: ${why}`, { cause });
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw refused(`cannot be read: ${(cause as Error).message}`, cause);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw refused("is not the state of a sweep: it is no JSON", cause);
  }
  const result = v.safeParse(stateSchema, content, ownWords);
  if (!result.success) {
    const [issue] = result.issues;
    throw refused(`is not the state of a sweep: ${v.getDotPath(issue) ?? "the file"}: ${issue.message}`);
  }
  const { fingerprint: of, about, cells } = result.output;
  if (of !== fingerprint)
    throw refused(
      `belongs to another sweep (${about}; fingerprint ${of}, and this one has ${fingerprint}): the scenario, the grid, the seed, the precision or the version differs`,
    );
  return new Map(Object.entries(cells).map(([index, record]) => [Number(index), record]));
}
