import { printable, textOf } from "../../printable.js";
import type { Answer } from "../checks/probes.js";

/** A backend to be asked. */
export interface ProbedBackend {
  readonly id: string;
  readonly target: string;
}

/** Asks a backend once, until the signal is aborted. What it answers after its first answer, or after the abort, counts for nothing. Throws nothing. */
export type Prober = (
  backend: ProbedBackend,
  signal: AbortSignal,
  answered: (answer: Answer) => void,
) => void;

/** Why a probe failed, in one line: what a backend made of it must not steer a terminal, nor fill a log. */
export function reasonOf(error: unknown): string {
  const { message, code } = (error ?? {}) as { readonly message?: unknown; readonly code?: unknown };
  // An attempt at several addresses of a name has a code alone.
  const text = [message, code, error].find((part) => part !== undefined && part !== "");
  return printable(textOf(text)).slice(0, 200);
}
