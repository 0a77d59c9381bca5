import { printable } from "./terminal.js";

/** Tells a terminal how far the work is, in one line that the next one replaces; a pipe is told nothing. */
export function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\x1b[2K\r${printable(text)}`);
}

/** Takes the line away, before something else is printed. */
export function clearProgress(): void {
  showProgress("");
}

/** A time that is left, as exactly as anybody wants to know it. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `about ${seconds} s`;
  return seconds < 6000 ? `about ${Math.ceil(seconds / 60)} min` : `about ${(seconds / 3600).toFixed(1)} h`;
}
