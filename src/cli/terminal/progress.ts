import { printable } from "../../printable.js";
import { systemClock } from "../../runtime/system-ports.js";

/** Tells how far long work is. */
export interface Progress {
  /** How far it is now. */
  show(text: string): void;
  /** Takes away what stands there, before something else is printed. */
  clear(): void;
}

/** A pipe or file is told nothing of work that is done sooner, and then a line so often. */
const firstLineMs = 5_000;
const lineEveryMs = 10_000;

/** On a terminal one line, which the next one replaces; to a pipe or a file a line of its own now and then. */
export function createProgress(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  nowMs: () => number,
): Progress {
  let dueMs: number | null = null;
  return {
    show(text) {
      if (stream.isTTY) {
        stream.write(`\x1b[2K\r${printable(text)}`);
        return;
      }
      const now = nowMs();
      dueMs ??= now + firstLineMs;
      if (now < dueMs) return;
      stream.write(`${printable(text)}\n`);
      dueMs = now + lineEveryMs;
    },
    clear() {
      if (stream.isTTY) stream.write("\x1b[2K\r");
    },
  };
}

const progress = createProgress(process.stderr, systemClock().nowMs);

/** Tells on stderr how far the work is. */
export function showProgress(text: string): void {
  progress.show(text);
}

/** Takes the line away, before something else is printed. */
export function clearProgress(): void {
  progress.clear();
}

/** A time that is left, as exactly as anybody wants to know it. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `about ${seconds} s`;
  return seconds < 6000 ? `about ${Math.ceil(seconds / 60)} min` : `about ${(seconds / 3600).toFixed(1)} h`;
}
