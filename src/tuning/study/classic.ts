import type { ScenarioInput } from "../../simulation/index.js";

/** Raft as its paper has it, of nodes whose logs differ: no pre-vote, no quorum check, no vote hold, no lease. Configurations stand for logs. */
export const plainRaftOfLogs = { preVote: false, quorumCheck: false, voteHold: false } as const;

/** The same of nodes with equal logs: no configuration refuses a vote. */
export const plainRaft = { ...plainRaftOfLogs, configurationsRefuse: false } as const;

/** The protocol as services run it. */
export const production = { preVote: true, quorumCheck: true, voteHold: true } as const;

/**
 * The network, disk and timers on which plain Raft shows the curves of Raft figure 16 (found by search, not measured by its authors):
 * what passes between a timer and the first heartbeat is two writes and three messages, 8.5 ms, and a timer fires 0.6 ms late.
 */
export const figure16World = {
  network: { latency: { uniform: [1.8, 2.4] } },
  disk: { write: { uniform: [0.9, 1.7] } },
  timers: { lateness: { exponential: 0.6 } },
} as const satisfies Partial<ScenarioInput>;

/** A one-way latency of 30 to 40 ms, disks and timers that take no time: the simulated wide-area cluster of the thesis, chapter 9. */
export const wideAreaWorld = {
  network: { latency: { uniform: [30, 40] } },
  disk: { write: 0 },
} as const satisfies Partial<ScenarioInput>;

/** A leader that dies at a random phase of its heartbeat interval, measured until all survivors hear the next one. */
export const crashAtRandomPhase = {
  start: "crash-phase",
  until: "heartbeat",
  observeMs: 1_000_000,
} as const satisfies Partial<ScenarioInput>;
