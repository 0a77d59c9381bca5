import type { LossReason } from "../../protocol/index.js";
import type { Quantiles } from "../../quantiles.js";

/** What a demo tells, in the order in which it happens. With `--json`, one line each. */
export type DemoEvent =
  | {
      readonly event: "begun";
      readonly replicas: readonly string[];
      readonly kills: number;
      readonly signal: DemoSignal;
      readonly timing: string;
      readonly folder: string;
    }
  /** `failoverMs` from the kill before, where one was waiting for a new leader. */
  | {
      readonly event: "elected";
      readonly id: string;
      readonly term: number;
      readonly failoverMs: number | null;
    }
  /** A leader that was not killed leads no longer. */
  | { readonly event: "lost"; readonly id: string; readonly term: number; readonly reason: LossReason }
  | { readonly event: "killed"; readonly id: string; readonly signal: DemoSignal; readonly kill: number }
  | { readonly event: "restarted"; readonly id: string }
  /** A stopped process runs again; `isLeader` is the first it says. */
  | { readonly event: "woke"; readonly id: string; readonly stalledMs: number; readonly isLeader: boolean }
  | { readonly event: "follows"; readonly id: string; readonly leader: string; readonly term: number }
  /** The last line. `failoverMs` is null if no kill was followed by a new leader. */
  | {
      readonly event: "summary";
      readonly replicas: number;
      readonly kills: number;
      readonly signal: DemoSignal;
      readonly failoverMs: Failovers | null;
      readonly leadersPerTermMax: number;
      readonly leaseOverlapMs: number;
    };

/** How a leader is ended: KILL without a word, STOP for a while, TERM with time to hand over. */
export type DemoSignal = "KILL" | "STOP" | "TERM";

/** In milliseconds; a demo has too few kills for a 99th percentile. */
export type Failovers = Omit<Quantiles, "p99">;

/** Told of an event and its moment, on the clock that all processes of the machine share. */
export type Report = (event: DemoEvent, atMs: number) => void;
