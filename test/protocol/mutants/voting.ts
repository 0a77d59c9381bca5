import type { Mutant } from "./mutant.js";

/** Bugs of terms, votes and rounds. */
export const voting: readonly Mutant[] = [
  {
    name: "quorum off by one",
    edits: [["algorithms/quorum.ts", "Math.floor(voterCount / 2) + 1", "Math.ceil(voterCount / 2)"]],
    claims: [
      "11. a quorum of votes makes a leader, and a vote fewer does",
      "11. an earlier write that becomes durable is no own vote",
    ],
    chaos: ["membership", 5, "I7"],
  },
  {
    name: "a second vote in a term",
    edits: [
      [
        "algorithms/voting.ts",
        'if (record.votedFor !== null && record.votedFor !== from) return "alreadyVoted";',
        "",
      ],
    ],
    claims: [
      "4. one vote a term: free, or already the asker's",
      "4. no refused request and no pre-vote moves a timer",
    ],
    chaos: ["clocks", 5, "I2"],
  },
  {
    name: "vote forgotten when stepping down",
    edits: [
      [
        "roles.ts",
        "announceLoss(node, reason, effects);\n    if (reason",
        "announceLoss(node, reason, effects);\n    node.record = { ...node.record, votedFor: null };\n    if (reason",
      ],
    ],
    claims: ["14. a leader that hears no quorum for quorumTimeoutMs steps"],
    chaos: ["clocks", 5, "I2"],
  },
  {
    name: "own vote counted before it is durable",
    edits: [
      [
        "roles.ts",
        "answers: new Map(), pendingHandover }",
        "answers: new Map([[node.id, { granted: true, reason: null, remainingHoldMs: 0, outdated: false }]]), pendingHandover }",
      ],
    ],
    claims: [
      "11. the own vote counts only once it is durable",
      "11. an earlier write that becomes durable is no own vote",
    ],
  },
  {
    name: "reply sent before the write",
    edits: [["step.ts", 'let place = effects[0]?.kind === "lost" ? 1 : 0;', "let place = effects.length;"]],
    claims: [
      "19. a node takes a newer configuration from its leader's",
      "0. a vote is ordered to disk before the reply that gives it",
    ],
    chaos: ["transfer", 5, "I6"],
  },
  {
    name: "a vote given and not recorded",
    edits: [
      [
        "election.ts",
        "if (node.record.votedFor !== from) node.record = withVote(node.record, node.record.term, from);",
        "",
      ],
    ],
    claims: [
      "0. a vote is ordered to disk before the reply that gives it",
      "4. one vote a term: free, or already the asker's",
    ],
    chaos: ["transfer", 5, "I5"],
  },
  {
    name: "pre-votes counted in an election",
    edits: [["round.ts", 'answer.preVote !== (role.name === "preCandidate") || ', ""]],
    claims: ["6. pre-vote replies never count in an election"],
  },
  {
    name: "replies of another round counted",
    edits: [["round.ts", " || answer.round !== role.round", ""]],
    claims: ["6. replies of another round never count"],
  },
  {
    name: "replies read late counted",
    edits: [["round.ts", "nowMs >= waitUntil(node) || ", ""]],
    claims: ["6. replies read after the round's timeout has passed never"],
  },
  {
    name: "votes of observers counted",
    edits: [["round.ts", "for (const { id } of voters) {", "for (const id of role.answers.keys()) {"]],
    claims: ["6. only voters count: an observer's vote is worth nothing"],
  },
  {
    name: "a vote in spite of a known leader",
    edits: [["algorithms/voting.ts", 'if (knownLeader(node) !== null) return "leaderAlive";', ""]],
    claims: ["4. no vote while a leader is known in the term"],
  },
  {
    name: "granted pre-vote raises the asker's term",
    edits: [
      [
        "round.ts",
        "const grantedPreVote = answer.preVote && answer.granted;",
        "const grantedPreVote = false;",
      ],
    ],
    claims: [
      "0. heartbeats come at half of the shortest hold promised,",
      "1. a granted pre-vote reply never changes the term of the",
    ],
    chaos: ["clocks", 5, "L1"],
  },
  {
    name: "term of a request adopted in spite of the hold",
    edits: [
      [
        "election.ts",
        "if (barred !== null) return barred;",
        "if (barred !== null) { adoptTerm(node, request.term, null, nowMs, effects); return barred; }",
      ],
    ],
    claims: [
      "1. while the vote hold lasts, a real request is refused",
      "1. while the own lease lasts, a real request is refused",
    ],
  },
  {
    name: "heartbeat of a lower term accepted",
    edits: [["heartbeat-receive.ts", 'if (heartbeat.term < node.record.term) return "staleTerm";', ""]],
    claims: ["2. a heartbeat of a lower term is answered with the own term"],
  },
  {
    name: "repeated heartbeat is contact",
    edits: [
      ["heartbeat-receive.ts", 'return heartbeat.seq > node.heardSeq ? null : "staleSeq";', "return null;"],
    ],
    claims: ["2. a heartbeat whose seq is not newer than the last is no"],
  },
  {
    name: "leader blind to higher terms",
    edits: [
      [
        "heartbeat-receive.ts",
        "if (answer.term > record.term) {",
        'if (answer.term > record.term && role.name !== "leader") {',
      ],
    ],
    claims: [
      "3. a leader that sees a higher term in a member's reply steps",
      "9. it is counted from the latest of start, contact, granted",
    ],
  },
  {
    name: "joining node votes",
    edits: [["joining/founding.ts", "if (!leads && (own === null", "if (!leads && leads && (own === null"]],
    claims: ["7. a joining node grants nothing until it has taken a"],
  },
  {
    name: "observers campaign",
    edits: [
      [
        "algorithms/identity.ts",
        "const member = voterOf(node.record.configuration, node.id);",
        "const member = memberOf(node.record.configuration, node.id);",
      ],
    ],
    claims: [
      "10. only a voter of its own configuration campaigns",
      "16. the target campaigns at once, without pre-vote, if its",
    ],
  },
];
