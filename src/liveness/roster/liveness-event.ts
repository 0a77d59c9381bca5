/** What an observer holds of a peer: not heard yet, trusted, suspected, declared dead, or gone by its own word. */
export type PeerStatus = "unknown" | "alive" | "suspect" | "dead" | "left";

/** Why a peer is suspected: no beat came in time, or its connection was closed. */
export type SuspicionReason = "silence" | "closed";

/** How much of a zone is silent at once (docs/liveness.md, B1). */
export type ZoneMode = "normal" | "partial" | "full";

/** What an observer tells, each once. */
export type LivenessEvent =
  /** A peer is heard for the first time, or again after it was suspected or dead. */
  | { readonly kind: "alive"; readonly id: string; readonly boot: string }
  /** A peer beats in a new life: its process has started again. */
  | { readonly kind: "restarted"; readonly id: string; readonly boot: string }
  /** A peer said goodbye. */
  | { readonly kind: "left"; readonly id: string; readonly boot: string }
  /** Suspicions of a peer were refuted again and again; its pause is longer by so many pauses. */
  | { readonly kind: "flapping"; readonly id: string; readonly patience: number }
  | {
      readonly kind: "suspect";
      readonly id: string;
      readonly silentMs: number;
      readonly reason: SuspicionReason;
    }
  | {
      readonly kind: "dead";
      readonly id: string;
      readonly silentMs: number;
      readonly reason: SuspicionReason;
    }
  /** Another share of a zone is silent. */
  | { readonly kind: "disruption"; readonly zone: string; readonly mode: ZoneMode }
  /** So many peers are silent at once that the observer doubts itself: it declares nobody dead until this ends. */
  | { readonly kind: "doubt"; readonly doubts: boolean };
