/** What the checks of a set of backends tell, each once. */
export type ChecksEvent =
  /** A probe has ended and counts. `credit` is what follows from it (docs/liveness.md, H1). */
  | {
      readonly kind: "probed";
      readonly id: string;
      readonly ok: boolean;
      /** Why it failed; empty if it passed. */
      readonly reason: string;
      readonly latencyMs: number;
      readonly credit: number;
    }
  /** A backend is up that was down. */
  | { readonly kind: "up"; readonly id: string }
  /** A backend is down that was up. */
  | { readonly kind: "down"; readonly id: string; readonly reason: string }
  /** Requests to a backend failed in a row: it is out of use for so long (H6). */
  | { readonly kind: "ejected"; readonly id: string; readonly forMs: number }
  /** The ejection of a backend is over. */
  | { readonly kind: "returned"; readonly id: string }
  /** A backend is to be given no new requests (H9), or is so no longer. */
  | { readonly kind: "draining"; readonly id: string; readonly draining: boolean }
  /** A backend is checked from now on, or no longer. */
  | { readonly kind: "added" | "removed"; readonly id: string }
  /** So few are well that all that do not drain are used (H7); or enough are again. */
  | {
      readonly kind: "panic";
      readonly panics: boolean;
      readonly wellCount: number;
      /** All backends that do not drain. */
      readonly ofCount: number;
    };

/** What checks order, besides what they tell. Numbers of probes are never used twice. */
export type ProbeOrder =
  | {
      readonly kind: "probe";
      readonly probe: number;
      readonly id: string;
      readonly target: string;
      readonly timeoutMs: number;
    }
  /** What this probe says is of no use any more. */
  | { readonly kind: "abort"; readonly probe: number };

/** What a step of checks gives. */
export type ChecksEffect = ChecksEvent | ProbeOrder;

/** Whether an effect tells something and orders nothing. */
export function isEvent(effect: ChecksEffect): effect is ChecksEvent {
  return effect.kind !== "probe" && effect.kind !== "abort";
}
