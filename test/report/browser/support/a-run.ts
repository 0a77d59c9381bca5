import type { Cause, Recording, RoleSpan } from "../../../../src/report/recording/run-data.js";
import {
  type DropReason,
  dropReasons,
  type MessageKind,
  messageKinds,
  type Refusal,
  type RoleName,
  refusals,
} from "../../../../src/report/recording/run-words.js";

/** A message as a test tells of it; the first node is 0. */
export interface Sent {
  readonly from: number;
  readonly to: number;
  readonly kind: MessageKind;
  readonly sentMs: number;
  /** How long until it arrived or was lost; none for one under way at the end. */
  readonly tookMs?: number;
  readonly term?: number;
  readonly lost?: DropReason;
  /** For a reply: what it says. */
  readonly says?: "yes" | Refusal;
  /** What else a refusal says. */
  readonly knows?: { readonly leader: number | null; readonly remainingHoldMs: number };
}

/** A role as a test tells of it, from when on. */
export type Turn = readonly [fromMs: number, role: RoleName, more?: Partial<RoleSpan>];

type Parts = Partial<Omit<Recording, "messages" | "roles">> & {
  readonly sent?: readonly Sent[];
  /** The turns of each node; a node without any follows throughout. */
  readonly turns?: readonly (readonly Turn[])[];
};

/** A recording of a second in which three nodes follow and nothing happens, but for what is given. */
export function aRun({ sent = [], turns = [], ...given }: Parts = {}): Recording {
  const nodes = given.nodes ?? ["n1", "n2", "n3"];
  const endMs = given.endMs ?? 1_000;
  return {
    nodes,
    parts: nodes.map(() => null),
    voterCount: nodes.length,
    seed: 7,
    endMs,
    isCutOff: false,
    beganMs: null,
    recoveredMs: null,
    violation: null,
    roles: nodes.map((_, node) => spansOf(turns[node]?.length ? turns[node] : [[0, "follower"]], endMs)),
    leases: [],
    pauses: [],
    faults: [],
    linkChanges: [],
    linksAtStart: "ok",
    announcements: [],
    timers: { atMs: [], node: [] },
    ...given,
    messages: {
      sentMs: sent.map(({ sentMs }) => sentMs),
      tookMs: sent.map(({ tookMs = -1 }) => tookMs),
      from: sent.map(({ from }) => from),
      to: sent.map(({ to }) => to),
      kind: sent.map(({ kind }) => messageKinds.indexOf(kind)),
      term: sent.map(({ term = 1 }) => term),
      dropped: sent.map(({ lost }) => (lost === undefined ? 0 : 1 + dropReasons.indexOf(lost))),
      answer: sent.map(({ says }) =>
        says === undefined ? -1 : says === "yes" ? 0 : 1 + refusals.indexOf(says),
      ),
      refusals: Object.fromEntries(
        sent.flatMap(({ knows }, index) => (knows === undefined ? [] : [[index, knows]])),
      ),
      copies: [],
    },
  };
}

function spansOf(turns: readonly Turn[], endMs: number): RoleSpan[] {
  return turns.map(([fromMs, role, more], index) => ({
    fromMs,
    untilMs: turns[index + 1]?.[0] ?? endMs,
    role,
    term: 1,
    leader: null,
    cause: "other" as Cause,
    ...more,
  }));
}

/** A run in whose first lane a node goes through every role, and is down in the end. */
export const electing = aRun({
  turns: [
    [
      [0, "follower"],
      [100, "preCandidate", { term: 2 }],
      [200, "candidate", { term: 3 }],
      [300, "leader", { term: 3 }],
      [600, "down", { term: 3 }],
    ],
  ],
});
