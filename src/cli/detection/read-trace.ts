import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { RaftbeatError } from "../../errors.js";
import type { MeasuredTrace } from "../../tuning/detection/detectors-study.js";
import { parseBeatTrace } from "../../tuning/qos/trace-file.js";

/** Larger than the most beats that are taken need. */
const mostBytes = 400_000_000;

/**
 * Reads a file of arrivals for the flag `--trace`.
 * @throws RaftbeatError `invalidSettings`, naming the file, the line and what is wrong with it
 */
export function readTrace(path: string, intervalMs: number | undefined): MeasuredTrace {
  return { name: basename(path), trace: parseBeatTrace(textOf(path), intervalMs, `--trace ${path}`) };
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path);
    if (size <= mostBytes) return readFileSync(path, "utf8");
  } catch (cause) {
    const { message } = cause as Error;
    throw new RaftbeatError("invalidSettings", `--trace ${path}: cannot be read: ${message}`, { cause });
  }
  throw new RaftbeatError(
    "invalidSettings",
    `--trace ${path}: larger than ${mostBytes} bytes: give a part of it`,
  );
}
