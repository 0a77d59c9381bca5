import type { Mutant } from "./mutant.js";

/** Bugs of holds, leases and what is announced. */
export const leases: readonly Mutant[] = [
  {
    name: "no vote hold",
    edits: [
      [
        "algorithms/lease.ts",
        "Math.max(node.contactAtMs + node.settings.voteHoldMs, node.restartHoldUntilMs)",
        "node.restartHoldUntilMs",
      ],
    ],
    claims: [
      "13. a follower promises no longer than it holds",
      "4. no vote before the hold has ended, not a moment",
    ],
    chaos: ["gentle", 10, "I4"],
  },
  {
    name: "pre-votes given during the hold",
    edits: [["algorithms/voting.ts", 'return nowMs < holdUntil(node) ? "voteHold" : null;', "return null;"]],
    claims: [
      "16. a transfer lifts no hold for pre-votes",
      "5. a pre-vote needs a term above the own, a configuration not",
    ],
  },
  {
    name: "leader grants pre-votes",
    edits: [["algorithms/voting.ts", 'if (node.role.name === "leader") return "leaderAlive";', ""]],
    claims: ["5. a leader grants no pre-vote, with a lease or without"],
  },
  {
    name: "own lease no bar to a vote",
    edits: [
      [
        "algorithms/voting.ts",
        'if (node.settings.modes.voteHold && holdsLease(node, nowMs)) return "leaderAlive";',
        "",
      ],
    ],
    claims: ["1. while the own lease lasts, a real request is refused"],
  },
  {
    name: "lease from receive time",
    edits: [
      [
        "heartbeat-receive.ts",
        "promiseUntil(node, sentAtMs, promisedHoldMs)",
        "promiseUntil(node, nowMs, promisedHoldMs)",
      ],
    ],
    claims: [
      "13. a promise is counted from when the heartbeat was sent,",
      "13. each seq has its own time of sending",
    ],
    chaos: ["clocks", 30, "I4, I6"],
  },
  {
    name: "lease of less than a quorum",
    edits: [
      [
        "algorithms/quorum.ts",
        "values[quorumSize(values.length) - 1]",
        "values[Math.max(0, quorumSize(values.length) - 2)]",
      ],
    ],
    claims: [
      "12. the end of a lease is told when it comes, without a",
      "12. the lease starts empty, and the service is told only when",
    ],
    chaos: ["transfer", 5, "I4"],
  },
  {
    name: "lease of the leader's own hold",
    edits: [
      [
        "heartbeat-receive.ts",
        "promiseUntil(node, sentAtMs, promisedHoldMs)",
        "promiseUntil(node, sentAtMs, node.settings.voteHoldMs)",
      ],
    ],
    claims: ["13. a promise that is over on arrival is no promise and no"],
    chaos: ["gentle", 40, "I4"],
  },
  {
    name: "promise that is over counted",
    edits: [
      [
        "heartbeat-receive.ts",
        'if (!(promisedUntilMs > nowMs) && node.settings.modes.voteHold) return "settle";',
        "",
      ],
    ],
    claims: ["13. a promise that is over on arrival is no promise and no"],
  },
  {
    name: "promise taken back by an older reply",
    edits: [["heartbeat-receive.ts", "if (promisedUntilMs > peer.promisedUntilMs) peer", "peer"]],
    claims: ["13. promises go forward only, whatever order the replies come"],
  },
  {
    name: "replies of another term counted",
    edits: [["heartbeat-receive.ts", " || answer.heartbeatTerm !== record.term", ""]],
    claims: ["13. a reply to a heartbeat of an earlier term is no promise"],
  },
  {
    name: "forgotten seqs counted",
    edits: [["heartbeat-receive.ts", " && seq > role.seq - role.sentAtMs.length", ""]],
    claims: ["13. a reply to a seq that was never sent, or is long"],
  },
  {
    name: "longer hold promised than recorded",
    edits: [
      [
        "algorithms/lease.ts",
        "Math.min(node.settings.voteHoldMs, node.durable.voteHoldMs)",
        "node.settings.voteHoldMs",
      ],
    ],
    claims: ["8. the record's value is raised before a longer hold is"],
  },
  {
    name: "promises outlive a suspend",
    edits: [
      [
        "step.ts",
        "for (const peer of role.peers.values()) peer.promisedUntilMs = Number.NEGATIVE_INFINITY;",
        "",
      ],
    ],
    claims: [
      "15. a jump of the wall clock empties the lease",
      "15. after a jump only heartbeats sent after it count",
    ],
  },
  {
    name: "never steps down",
    edits: [
      [
        "algorithms/deadlines.ts",
        "return quorumContact(node, role, nowMs) + node.settings.quorumTimeoutMs;",
        "return Number.POSITIVE_INFINITY;",
      ],
    ],
    claims: [
      "14. a late quorum renews the role until then",
      "14. a voter counts as acknowledging when the leader wins",
    ],
  },
  {
    name: "leads on with a stuck disk",
    edits: [
      [
        "algorithms/deadlines.ts",
        ": node.writingSinceMs + node.settings.voteHoldMs;",
        ": Number.POSITIVE_INFINITY;",
      ],
    ],
    claims: ["0. a leader whose disk makes no progress for the length of"],
  },
  {
    name: "announced before it is durable",
    edits: [
      [
        "step.ts",
        "node.announcedTerm === null && node.record === node.durable",
        "node.announcedTerm === null",
      ],
    ],
    claims: ["0. leading is announced only once all that it rests on is"],
    chaos: ["disk", 5, "I5"],
  },
  {
    name: "a lapse goes untold",
    edits: [
      [
        "step.ts",
        'if (nowMs >= node.timerAtMs && !holdsLease(node, nowMs)) announceLoss(node, "leaseExpired", own);',
        "",
      ],
    ],
    claims: ["12. a lease that lapses and comes back is told as a loss and"],
  },
  {
    name: "who was met is not written",
    edits: [["heartbeat-receive.ts", "node.record === before && !shorter", "record === node.record"]],
    claims: ["0. whatever changes the record is ordered to disk, also"],
  },
  {
    name: "to forget a leader ends the hold",
    edits: [
      [
        "roles.ts",
        "export function forgetLeader(node: Node): void {",
        "export function forgetLeader(node: Node): void {\n  node.contactAtMs = Number.NEGATIVE_INFINITY;",
      ],
    ],
    claims: [
      "10. to forget a leader frees neither the hold nor",
      "14. a leader that steps down says so, and its",
    ],
  },
  {
    name: "to forget a leader frees the vote",
    edits: [
      [
        "roles.ts",
        "export function forgetLeader(node: Node): void {",
        "export function forgetLeader(node: Node): void {\n  node.record = withVote(node.record, node.record.term, null);",
      ],
    ],
    claims: ["10. to forget a leader frees neither the hold nor"],
  },
  {
    name: "late heartbeats of a leader that stepped down are contact",
    edits: [["heartbeat-receive.ts", "node.heardSeq = Math.max(node.heardSeq, notice.seq);", ""]],
    claims: ["14. a leader that steps down says so, and its"],
  },
  {
    name: "a notice of the term's end counts from anybody",
    edits: [["heartbeat-receive.ts", " || role.leader !== from || notice.term", " || notice.term"]],
    claims: ["14. a leader that steps down says so, and its"],
  },
  {
    name: "an arbiter campaigns",
    edits: [
      [
        "algorithms/deadlines.ts",
        "node.contending && !node.arbiter && isVoter(node)",
        "node.contending && isVoter(node)",
      ],
    ],
    claims: ["10. an arbiter never campaigns, and votes and"],
  },
  {
    name: "a link that ends taken for the end of a leader",
    edits: [
      [
        "step.ts",
        'case "disconnected":',
        'case "disconnected": node.contactAtMs = Number.NEGATIVE_INFINITY;',
      ],
    ],
    claims: ["14. the end of a link ends nothing, whatever its reason"],
  },
  {
    name: "every jump restarts the wait",
    edits: [["step.ts", "if (nowMs < jumpCountsFrom(node)) return;", ""]],
    claims: ["15. jumps that come again and again do not keep a follower"],
  },
  {
    name: "a wait for as long as a hold is said to last",
    edits: [["round.ts", "Math.min(freed, node.settings.electionTimeout.minMs)", "freed"]],
    claims: ["11. that wait is no longer than the least timeout, whatever"],
  },
];
