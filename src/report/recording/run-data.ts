import type { Summary } from "../../simulation/run/simulate.js";
import type { DropReason, LinkState, MessageKind, Refusal, RoleName } from "./run-words.js";

/**
 * A run as plain data, compact enough to stand in a page. Nodes are named by their place in `nodes`; times are milliseconds of
 * simulated time, rounded to microseconds.
 */
export interface Recording {
  readonly nodes: readonly string[];
  /** What the scenario calls each node, such as `leader` or `follower2`, as of its first fault; null for one that it calls by its id. */
  readonly parts: readonly (string | null)[];
  /** The first so many nodes are voters, the rest observe. */
  readonly voterCount: number;
  readonly seed: number;
  /** The recording ends here: with the run, or where it had to be cut off. */
  readonly endMs: number;
  /** True iff more happened than a recording may hold; what came after `endMs` is missing. */
  readonly isCutOff: boolean;
  /** When the first fault struck, or the observation began. */
  readonly beganMs: number | null;
  /** When there was a leader again. */
  readonly recoveredMs: number | null;
  /** The broken invariant that ended the run. */
  readonly violation: { readonly atMs: number; readonly invariant: string; readonly text: string } | null;
  /** One list a node, each without a gap from 0 to `endMs`. */
  readonly roles: readonly (readonly RoleSpan[])[];
  readonly leases: readonly LeaseSpan[];
  readonly pauses: readonly NodeSpan[];
  readonly faults: readonly FaultBand[];
  /** Which links are in what state from when on; before its first entry a link is as `linksAtStart` says. */
  readonly linkChanges: readonly LinkChange[];
  readonly linksAtStart: LinkState;
  readonly announcements: readonly Announcement[];
  /** Timers that called back at nodes that do not lead. */
  readonly timers: { readonly atMs: readonly number[]; readonly node: readonly number[] };
  readonly messages: Messages;
}

/** What made a node take another role: a message by its index, or something of its own. */
export type Cause = number | "timer" | "start" | "death" | "other";

/** How long a node was what. */
export interface RoleSpan {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly role: RoleName;
  readonly term: number;
  /** The node it follows, or null. */
  readonly leader: number | null;
  readonly cause: Cause;
}

/** A span of time of one node. */
export interface NodeSpan {
  readonly node: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** How long a node held a lease and knew. */
export interface LeaseSpan extends NodeSpan {
  readonly term: number;
}

/** A fault from its strike to its end. */
export interface FaultBand {
  readonly kind: string;
  /** What a person reads, such as `cut n1, n3`. */
  readonly label: string;
  readonly fromMs: number;
  /** Null while it lasts at the end of the recording. */
  readonly untilMs: number | null;
  /** The nodes it strikes; empty for the network as a whole. */
  readonly nodes: readonly number[];
}

/** From `atMs` on, what is sent from one node to another fares so. */
export interface LinkChange {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly state: LinkState;
}

/** A node was told that it leads, or (with a reason) that it no longer does. */
export interface Announcement {
  readonly atMs: number;
  readonly node: number;
  readonly term: number;
  readonly lost: string | null;
}

/** All messages in the order they were sent, a column each. */
export interface Messages {
  readonly sentMs: readonly number[];
  /** How long until it was dealt with or dropped; -1: it was still under way at the end. */
  readonly tookMs: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Indices of `messageKinds`. */
  readonly kind: readonly number[];
  readonly term: readonly number[];
  /** 0: arrived (or still under way); else an index of `dropReasons` plus 1. */
  readonly dropped: readonly number[];
  /** -1: it answers nothing; 0: granted or accepted; else an index of `refusals` plus 1. */
  readonly answer: readonly number[];
  /** What else a refusal said, by the index of the message. */
  readonly refusals: Readonly<
    Record<number, { readonly leader: number | null; readonly remainingHoldMs: number }>
  >;
  /** Second copies that arrived: the message and when. */
  readonly copies: readonly (readonly [message: number, atMs: number])[];
}

/** What all runs came to, apart from what failed. */
export type SummaryFigures = Omit<Summary, "expectationsFailed" | "violations">;

/** All that one page shows of one scenario. */
export interface ScenarioReport {
  readonly name: string;
  readonly question: string;
  readonly answer: string;
  readonly verdict: {
    readonly failed: readonly string[];
    readonly violations: readonly string[];
    readonly runs: number;
    readonly seed: number;
  };
  readonly summary: SummaryFigures;
  /** One number a run; null where it did not come to it. */
  readonly distributions: {
    readonly recoveryMs: readonly (number | null)[];
    readonly firstElectionMs: readonly (number | null)[];
    readonly availability: readonly (number | null)[];
  };
  readonly recording: Recording;
}

export type { DropReason, LinkState, MessageKind, Refusal, RoleName };
