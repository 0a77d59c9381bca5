/**
 * What can be tuned. Every default of the protocol stands in this file and nowhere else.
 * All durations are milliseconds of a node's own monotonic clock.
 */

/** A range of milliseconds, `minMs` included and `maxMs` not. */
export interface TimeoutRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The timing of one node, complete. Nodes of one cluster may differ; safety does not depend on their agreeing. */
export interface Timing {
  /** How often a leader sends heartbeats. */
  readonly heartbeatIntervalMs: number;
  /** A node that heard no leader for a time drawn from this range campaigns (Raft, section 5.2). */
  readonly electionTimeout: TimeoutRange;
  /** How long after contact with a leader a node gives no vote. The leader's lease rests on it (Ongaro's thesis, 4.2.3 and 6.4.1). */
  readonly voteHoldMs: number;
  /** A leader that heard no quorum for so long steps down (thesis, 6.2). */
  readonly quorumTimeoutMs: number;
  /** By how much a clock may run faster or slower than real time, in [0, 0.2). Shortens every lease. */
  readonly clockDriftRatio: number;
}

/** Parts of the protocol that a study may switch off to see what breaks. All are on in production. */
export interface ProtocolModes {
  readonly preVote: boolean;
  readonly quorumCheck: boolean;
  /** Off: no vote is held back and there are no leases: two nodes may believe to lead at once. */
  readonly voteHold: boolean;
  /** Off: nothing is written: a restarted node has forgotten its votes. */
  readonly durable: boolean;
}

/** A round of a candidate that has timed out, as its next one is about to begin. */
export interface PastRound {
  /** What the time of that round was drawn from. */
  readonly timeout: TimeoutRange;
  /** How many other voters refused in it. */
  readonly refusalCount: number;
  readonly voterCount: number;
}

/** Another way to campaign, for studies of it in the simulator: no service can set one, and safety is not kept by each. */
export interface StudyCandidacy {
  /**
   * What the time of a round is drawn from, in place of the election timeout; null for rounds as rule 11 has them. Such a round lasts to its
   * end, also when voters refuse. Told of the candidate's round before in the same candidacy, or of none.
   */
  readonly roundTimeout: ((before: PastRound | null) => TimeoutRange) | null;
  /**
   * What a voter does that holds a newer configuration than the asker: `refuses`, and keeps it to itself, where newer configurations stand
   * for longer logs; `grants`, where all logs are alike, as in Raft without a log. Null: refuses and sends its own along (rules 4 and 19).
   */
  readonly olderConfiguration: "refuses" | "grants" | null;
}

/** Everything the protocol core asks for, complete. */
export interface Settings extends Timing {
  readonly modes: ProtocolModes;
  /** Null, or left out, in production. */
  readonly candidacy?: StudyCandidacy | null | undefined;
}

/** A timing as a person writes it: two numbers at least; the rest follows from them. */
export interface TimingInput {
  readonly heartbeatIntervalMs: number;
  readonly electionTimeout: TimeoutRange;
  readonly voteHoldMs?: number | undefined;
  readonly quorumTimeoutMs?: number | undefined;
  readonly clockDriftRatio?: number | undefined;
}

/**
 * Ready-made timings: `lan` for quiet machines in one data centre, `cloud` for virtual machines and containers in one region, `laptop` for
 * busy machines, `wan` across regions.
 */
export const presets = {
  lan: { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } },
  cloud: { heartbeatIntervalMs: 100, electionTimeout: { minMs: 500, maxMs: 1000 } },
  laptop: { heartbeatIntervalMs: 150, electionTimeout: { minMs: 1000, maxMs: 2000 } },
  wan: { heartbeatIntervalMs: 250, electionTimeout: { minMs: 1500, maxMs: 3000 } },
} as const satisfies Record<string, TimingInput>;

/** The name of a ready-made timing. */
export type Preset = keyof typeof presets;

/** The timing of a node whose owner names none; docs/tuning.md says why it is this one. */
export const defaultPreset: Preset = "cloud";

/** The clock drift that is assumed where none is given: 1 %, a hundred times that of quartz. */
export const defaultClockDriftRatio = 0.01;

/** The protocol with nothing switched off. */
export const safeModes: ProtocolModes = Object.freeze({
  preVote: true,
  quorumCheck: true,
  voteHold: true,
  durable: true,
});

/** No duration may be longer: Node's timers overflow at 2^31 ms. */
export const longestDurationMs = 24 * 3600 * 1000;

/** A resolved timing with what is doubtful about it, or what is impossible. Every sentence names the settings and their values. */
export type Resolution =
  | { readonly ok: true; readonly timing: Timing; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Fills in what follows from the rest and checks how the settings stand to each other.
 * @param oneWayLatencyMs what a message takes, if known: a timeout range under ten of it makes split votes likely
 * @example
 * const resolution = resolveTiming({ heartbeatIntervalMs: 20, electionTimeout: { minMs: 100, maxMs: 200 } });
 * if (!resolution.ok) throw new Error(resolution.problems.join("; "));
 */
export function resolveTiming(input: TimingInput | Preset, oneWayLatencyMs = 0): Resolution {
  const given: TimingInput = typeof input === "string" ? presets[input] : input;
  const { minMs, maxMs } = given.electionTimeout;
  const timing: Timing = {
    heartbeatIntervalMs: given.heartbeatIntervalMs,
    electionTimeout: { minMs, maxMs },
    voteHoldMs: given.voteHoldMs ?? minMs,
    quorumTimeoutMs: given.quorumTimeoutMs ?? Math.max(maxMs, given.voteHoldMs ?? 0),
    clockDriftRatio: given.clockDriftRatio ?? defaultClockDriftRatio,
  };
  const problems = problemsOf(timing);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, timing, warnings: warningsOf(timing, oneWayLatencyMs) };
}

function problemsOf(timing: Timing): string[] {
  const { heartbeatIntervalMs, voteHoldMs, quorumTimeoutMs, clockDriftRatio } = timing;
  const { minMs, maxMs } = timing.electionTimeout;
  const durations = {
    heartbeatIntervalMs,
    "electionTimeout.minMs": minMs,
    "electionTimeout.maxMs": maxMs,
    voteHoldMs,
    quorumTimeoutMs,
  };
  const problems: string[] = [];
  for (const [name, value] of Object.entries(durations)) {
    if (!Number.isFinite(value) || value < 1 || value > longestDurationMs)
      problems.push(`${name} (${value}) must be a number of milliseconds from 1 to ${longestDurationMs}`);
  }
  if (!(clockDriftRatio >= 0 && clockDriftRatio < 0.2))
    problems.push(`clockDriftRatio (${clockDriftRatio}) must be at least 0 and below 0.2`);
  if (problems.length > 0) return problems;

  if (minMs >= maxMs)
    problems.push(
      `electionTimeout.minMs (${minMs}) must be below electionTimeout.maxMs (${maxMs}): equal timeouts split votes for ever`,
    );
  if (voteHoldMs > minMs)
    problems.push(
      `voteHoldMs (${voteHoldMs}) must be at most electionTimeout.minMs (${minMs}): a node may not campaign while it holds its vote`,
    );
  if (heartbeatIntervalMs > voteHoldMs / 2)
    problems.push(
      `heartbeatIntervalMs (${heartbeatIntervalMs}) must be at most half of voteHoldMs (${voteHoldMs}): one lost heartbeat may not end a lease`,
    );
  if (quorumTimeoutMs < voteHoldMs)
    problems.push(
      `quorumTimeoutMs (${quorumTimeoutMs}) must be at least voteHoldMs (${voteHoldMs}): the role may not end before the lease`,
    );
  if (quorumTimeoutMs > 2 * maxMs)
    problems.push(
      `quorumTimeoutMs (${quorumTimeoutMs}) must be at most twice electionTimeout.maxMs (${maxMs}): a leader without a quorum must step down`,
    );
  return problems;
}

function warningsOf(timing: Timing, oneWayLatencyMs: number): string[] {
  const { heartbeatIntervalMs, voteHoldMs } = timing;
  const warnings: string[] = [];
  if (heartbeatIntervalMs > voteHoldMs / 3)
    warnings.push(
      `heartbeatIntervalMs (${heartbeatIntervalMs}) is above a third of voteHoldMs (${voteHoldMs}): two lost heartbeats end a lease`,
    );
  const range = rangeWarning(timing, oneWayLatencyMs);
  return range === null ? warnings : [...warnings, range];
}

/** The warning of a timeout range that is too narrow for what a message takes, or null. */
export function rangeWarning({ electionTimeout }: Timing, oneWayLatencyMs: number): string | null {
  const { minMs, maxMs } = electionTimeout;
  if (maxMs - minMs >= 10 * oneWayLatencyMs) return null;
  return `the range from electionTimeout.minMs (${minMs}) to electionTimeout.maxMs (${maxMs}) is under ten one-way latencies (${oneWayLatencyMs} ms each): expect split votes`;
}
