import type { Mutant } from "./mutant.js";

const restart = "const restarted = settings.modes.voteHold && record.term > 0;";
const older = 'if (goesByOlder(node, request)) return "olderConfiguration";\n';

/** Bugs that random chaos alone missed. */
export const named: readonly Mutant[] = [
  {
    name: "no restart hold",
    edits: [["data/node.ts", restart, "const restarted = false;"]],
    story: ["a voter restarts and is asked at once", "I4"],
    claims: [
      "8. for the hold of its record or of its settings, whichever",
      "10. nobody campaigns before its own hold has ended",
    ],
  },
  {
    name: "drift factor left out",
    edits: [
      [
        "algorithms/lease.ts",
        "(promisedHoldMs * (1 - clockDriftRatio)) / (1 + clockDriftRatio)",
        "promisedHoldMs + 0 * clockDriftRatio",
      ],
    ],
    claims: [
      "17. no vote that could end a lease is given while it lasts,",
      "13. a promise is counted from when the heartbeat was sent,",
    ],
  },
  {
    name: "vote not durable",
    edits: [
      [
        "data/node.ts",
        "const { id, settings, record, nowMs } = options;",
        "const { id, settings, nowMs } = options; const record = { ...options.record, votedFor: null };",
      ],
    ],
    claims: ["4. the vote of a term outlives a restart"],
    chaos: ["clocks", 250, "I2"],
  },
  {
    name: "no configuration check in votes",
    edits: [
      ["algorithms/voting.ts", `${older}  if (record.votedFor`, "if (record.votedFor"],
      ["algorithms/voting.ts", `${older}  if (node.role`, "if (node.role"],
    ],
    story: ["two voters leave, one after the other, and the last to hear of it joins hands with them", "I7"],
    claims: [
      "1. a higher term from a request or a reply is adopted and the",
      "4. no vote for an asker whose configuration is older than the",
    ],
  },
  {
    name: "no quorum check before reconfiguring",
    edits: [["membership.ts", 'if (!isConfigurationCommitted(node)) return "notCommitted";', ""]],
    claims: [
      "18. nor before the own write of the current one is done",
      "18. no change before replies of this leadership show a quorum",
    ],
    chaos: ["membership", 10, "I7"],
  },
  {
    name: "transfer flag kept on later campaigns",
    edits: [
      [
        "handover.ts",
        "beginElection(node, { from, term, freeAtMs, claimed: false }, nowMs, effects);",
        "Object.assign(node, { kept: { from, term, freeAtMs: Number.NEGATIVE_INFINITY, claimed: false } }); beginElection(node, { from, term, freeAtMs, claimed: false }, nowMs, effects);",
      ],
      [
        "round.ts",
        'if (role.name === "preCandidate") beginElection(node, null, nowMs, effects);',
        'if (role.name === "preCandidate") beginElection(node, "kept" in node ? { ...(node.kept as PendingHandover), term: node.record.term } : null, nowMs, effects);',
      ],
    ],
    story: [
      "a transferee that failed asks again, and one that already follows another leader hears it",
      "I4",
    ],
    claims: ["16. only this one campaign carries the transfer"],
  },
  {
    name: "own vote ignoring the hold",
    edits: [
      ["algorithms/deadlines.ts", "return Math.max(waitedMs, holdUntil(node));", "return waitedMs;"],
      [
        "step.ts",
        "if (nowMs >= holdUntil(node)) campaign(node, nowMs, effects);",
        "if (nowMs > 0) campaign(node, nowMs, effects);",
      ],
    ],
    story: ["a voter restarts with short timeouts and asks for votes itself", "I4"],
    claims: ["10. nobody campaigns before its own hold has ended"],
  },
  {
    name: "a refusal counted as a promise",
    edits: [["heartbeat-receive.ts", 'if (!answer.accepted) return "settle";', ""]],
    claims: [
      "13. a reply not accepted is no promise and no acknowledgement",
      "18. a new voter comes from the observers, holds the current",
    ],
  },
  {
    name: "the record's hold lowered at restart",
    edits: [
      [
        "step.ts",
        "node.record.voteHoldMs > voteHoldMs && nowMs >= node.restartHoldUntilMs",
        "node.record.voteHoldMs > voteHoldMs && nowMs > 0",
      ],
    ],
    story: ["a voter restarts twice with a shorter hold", "I4"],
    claims: ["8. the record's value is lowered only when the hold of this"],
  },
  {
    name: "promises surviving removal",
    edits: [
      [
        "membership.ts",
        "if (!members.has(id) || metBefore.get(id) !== incarnationsMet.get(id)) role.peers.delete(id);",
        "metBefore.get(id);",
      ],
    ],
    story: ["a voter leaves, loses its disk and comes back with a shorter hold", "I4"],
    claims: [
      "18. a voter that is removed takes its promise with it, even",
      "18. an observer that comes back as another takes the promise",
    ],
  },
  {
    name: "replies after a suspend reviving the lease",
    edits: [["step.ts", "role.forgottenSeq = role.seq;", ""]],
    claims: ["15. after a jump only heartbeats sent after it count"],
  },
];
