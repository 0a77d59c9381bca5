import type { ChecksSettings } from "./checks-settings.js";
import { isUp, topCredit } from "./counter.js";

/** A probe under way. */
export interface ProbeUnderWay {
  readonly number: number;
  readonly sentAtMs: number;
  /** Whether the observer was away since it was sent (H5). */
  interrupted: boolean;
}

/** The last probe that counted. */
export interface ProbeResult {
  readonly ok: boolean;
  readonly reason: string;
  readonly latencyMs: number;
  readonly atMs: number;
}

/** All that is known of one backend: plain data. */
export interface Backend {
  readonly id: string;
  readonly target: string;
  /** Drawn in [0, 1): its phase, and by the golden ratio all its jitters (H4). */
  readonly draw: number;
  /** What passes and fails have left of it (H1). */
  credit: number;
  /** The last probe that counted; null before the first. */
  last: ProbeResult | null;
  /** How many probes of it were sent. */
  probeCount: number;
  underWay: ProbeUnderWay | null;
  /** When it is probed next, if no probe is under way. */
  nextProbeMs: number;
  draining: boolean;
  /** Whether requests came to it lately, so that it needs no slow start (H8). */
  warm: boolean;
  /** Since when its weight rises; null if it needs none. */
  rampFromMs: number | null;
  /** Failed requests in a row, since the last that did not fail or the last probe because of them. */
  errorsInRow: number;
  /** The same, while it was well, since the last ejection. */
  errorsToEject: number;
  /** The last probe that failed requests brought about. */
  hastenedAtMs: number;
  /** Until when it is ejected; null if it is not. */
  ejectedUntilMs: number | null;
  /** How many ejections in a row, and since when the count has stood (H6). */
  ejections: number;
  ejectionsAtMs: number;
}

/** A backend that is checked from now on. */
export function createBackend(
  { id, target, draw, atStart }: Pick<Backend, "id" | "target" | "draw"> & { readonly atStart: boolean },
  settings: ChecksSettings,
  nowMs: number,
): Backend {
  return {
    id,
    target,
    draw,
    credit: settings.assume === "up" ? topCredit(settings) : 0,
    last: null,
    probeCount: 0,
    underWay: null,
    nextProbeMs: nowMs + draw * settings.fastIntervalMs,
    draining: false,
    warm: atStart,
    rampFromMs: null,
    errorsInRow: 0,
    errorsToEject: 0,
    hastenedAtMs: Number.NEGATIVE_INFINITY,
    ejectedUntilMs: null,
    ejections: 0,
    ejectionsAtMs: nowMs,
  };
}

/** Whether a backend is up by its probes, and not ejected. */
export function isWell(backend: Backend, settings: ChecksSettings): boolean {
  return isUp(backend.credit, settings) && backend.ejectedUntilMs === null;
}
