import type { Mutant } from "./mutant.js";

/** Bugs in whom a node believes, in how it comes to a cluster, and in how it knows a copy. */
export const strangers: readonly Mutant[] = [
  {
    name: "a stranger judged by the configuration it brings along",
    edits: [
      [
        "joining/catch-up.ts",
        ": authenticated && isSameCluster(own, carried) && nowMs >= forsakenAt(node);",
        ": isSameCluster(own, carried);",
      ],
    ],
    claims: [
      "21. a sender outside the own configuration changes nothing and",
      "21. only one that no member answers believes a sender it does",
    ],
  },
  {
    name: "a stranger believed while members answer",
    edits: [["joining/catch-up.ts", " && nowMs >= forsakenAt(node);", ";"]],
    claims: ["21. only one that no member answers believes a sender it does"],
  },
  {
    name: "a stranger believed by a leader that has just stepped down",
    edits: [
      [
        "heartbeat-receive.ts",
        "node.heardMemberAtMs = nowMs;\n  meet(node, from, incarnation);\n  const { record, role } = node;",
        "meet(node, from, incarnation);\n  const { record, role } = node;",
      ],
      [
        "round.ts",
        "  node.heardMemberAtMs = nowMs;\n  if (answer.configuration",
        "  if (answer.configuration",
      ],
    ],
    claims: ["21. whatever a member says keeps a node from believing a"],
  },
  {
    name: "a member that was never met taken for a stranger",
    edits: [
      [
        "joining/catch-up.ts",
        "if (strangerReason(node, from, incarnation, null) === null) return;",
        "if (node.record.incarnationsMet.get(from) === incarnation) return;",
      ],
    ],
    claims: ["21. a member that was never met is no stranger"],
  },
  {
    name: "a stranger believed over a link that proves nothing",
    edits: [["joining/catch-up.ts", ": authenticated && isSameCluster", ": isSameCluster"]],
    claims: ["21. only one that no member answers believes a sender it does"],
  },
  {
    name: "a stranger of another cluster believed",
    edits: [
      [
        "joining/catch-up.ts",
        "authenticated && isSameCluster(own, carried) && nowMs >= forsakenAt",
        "authenticated && isForsaken",
      ],
    ],
    claims: ["21. only one that no member answers believes a sender it does"],
  },
  {
    name: "another cluster's configuration taken from a refusal",
    edits: [
      ["joining/catch-up.ts", "  if (!isSameCluster(record.configuration, configuration)) return;\n", ""],
    ],
    claims: ["21. a configuration of another cluster is not taken, whoever"],
  },
  {
    name: "nobody asked about a newer configuration",
    edits: [
      ["joining/catch-up.ts", 'if (reason !== "notMember" && reason !== "amnesiac") return;', "return;"],
    ],
    claims: [
      "21. told of a newer configuration by a sender it does not know",
      "21. what it asks is refused by everybody, and moves nothing",
    ],
  },
  {
    name: "members asked at every word of a stranger",
    edits: [["joining/catch-up.ts", "nowMs < nextInquiryAt(node)", "false"]],
    claims: ["21. told of a newer configuration by a sender it does not know"],
  },
  {
    name: "a joiner that believes anybody",
    edits: [
      [
        "joining/founding.ts",
        "return authenticated || members.has(from) || (clusterId !== null && members.size === 0);",
        "return true;",
      ],
    ],
    claims: ["21. a joiner learns from a proven sender, from whom its"],
  },
  {
    name: "a leader of another cluster followed",
    edits: [
      [
        "heartbeat-receive.ts",
        '  if (isForeign(node, heartbeat.configuration)) return "configurationMismatch";\n',
        "",
      ],
    ],
    claims: ["28. what carries a configuration of another cluster changes"],
  },
  {
    name: "a vote given to a candidate of another cluster",
    edits: [
      [
        "election.ts",
        'isUnknown ?? (isForeign(node, configuration) ? "configurationMismatch" : null)',
        "isUnknown",
      ],
    ],
    claims: ["28. what carries a configuration of another cluster changes"],
  },
  {
    name: "a founder that is left out met all the same",
    edits: [["joining/copies.ts", "node.arrival.absent.has(peer)", "node.arrival.absent.size < 0"]],
    claims: ["28. who is left out by name is let in once the cluster is"],
  },
  {
    name: "founded before everybody was met",
    edits: [["joining/founding.ts", " || missingFounders(node).length > 0) return;", ") return;"]],
    claims: ["28. a cluster is founded once every founder was met, and all"],
  },
  {
    name: "founded beside a cluster that is there",
    edits: [
      [
        "joining/founding.ts",
        "if (standing.clusterId !== null && standing.clusterId !== configuration.clusterId) return;",
        "if (standing.clusterId === null) continue;",
      ],
    ],
    claims: ["28. a founder that lost its record founds nothing with those"],
  },
  {
    name: "a name that stands for another record taken for one's own",
    edits: [["joining/founding.ts", "if (own !== null && own !== record.incarnation) return false;", ""]],
    claims: [
      "28. a founder takes the founding that counts on its record",
      "28. a founder that lost its record founds nothing with those",
    ],
  },
  {
    name: "the word of a founder that asks taken for another's",
    edits: [
      [
        "joining/founding.ts",
        "if (said === undefined) return incarnation === null;\n    return said.clusterId === null || said.clusterId === clusterId;",
        "return true;",
      ],
    ],
    claims: ["28. a founder takes no founding from who asks unless it has"],
  },
  {
    name: "a founder taken back by whoever says so",
    edits: [
      ["joining/founding.ts", "const isProven = authenticated && own !== null;", "const isProven = true;"],
    ],
    claims: ["28. a founder that lost its record is taken back by name by a"],
  },
  {
    name: "a cluster id that does not tell of the records",
    edits: [
      ["joining/founding.ts", "=> [id, incarnation] as const", "=> [id, incarnation === null] as const"],
    ],
    claims: ["28. the id of the cluster changes with any founder's record"],
  },
  {
    name: "the cluster's id lost by a reconfiguration",
    edits: [["membership.ts", "    current.clusterId,\n", ""]],
    claims: ["28. a reconfiguration keeps the id of the cluster"],
  },
  {
    name: "starts not remembered",
    edits: [
      [
        "joining/copies.ts",
        "new Map(record.startsMet).set(peer, { startCount, startNonce, writeCount, term })",
        "record.startsMet",
      ],
    ],
    claims: ["29. the highest that a record was heard to have come to is"],
  },
  {
    name: "two processes of one start allowed",
    edits: [
      [
        "joining/copies.ts",
        "return startNonce === known.startNonce\n      ? null",
        'return startNonce !== ""\n      ? null',
      ],
    ],
    claims: ["29. a start before the last, or beside it, is refused by name"],
  },
  {
    name: "an earlier start allowed",
    edits: [["joining/copies.ts", "if (startCount < known.startCount)", "if (startCount < 0)"]],
    claims: ["29. a start before the last, or beside it, is refused by name"],
  },
  {
    name: "a start that goes on from another one allowed",
    edits: [
      [
        "joining/copies.ts",
        "claimed !== undefined && claimed !== known.startNonce",
        "claimed === undefined && startCount < 0",
      ],
    ],
    claims: ["29. a start before the last, or beside it, is refused by name"],
  },
  {
    name: "a later start that knows less allowed",
    edits: [["joining/copies.ts", "if (writeCount <= known.writeCount)", "if (writeCount < 0)"]],
    claims: ["29. a start before the last, or beside it, is refused by name"],
  },
  {
    name: "a later start of an earlier term allowed",
    edits: [["joining/copies.ts", "if (term < known.term)", "if (term < 0)"]],
    claims: ["29. a start before the last, or beside it, is refused by name"],
  },
  {
    name: "a refused copy met all the same",
    edits: [
      [
        "joining/introduction.ts",
        "if (refusesStanding(node, from, incarnation, standing) !== null) return;",
        "",
      ],
    ],
    claims: ["29. a start before the last, or beside it, is refused by name"],
  },
  {
    name: "another cluster let in",
    edits: [
      [
        "joining/copies.ts",
        "if (own !== null && standing.clusterId !== null && own !== standing.clusterId)",
        "if (own === null && standing.clusterId !== null && own !== null)",
      ],
    ],
    claims: ["29. a node of another cluster is refused, and the sentence"],
  },
  {
    name: "absurd terms believed",
    edits: [
      [
        "algorithms/reach.ts",
        "if (message.term > term + furthestAhead)",
        "if (message.term > Number.MAX_VALUE)",
      ],
    ],
    claims: ["30. a number further ahead than a cluster can have come"],
  },
  {
    name: "absurd starts remembered",
    edits: [["joining/introduction.ts", " || standing.startCount > furthestAhead", ""]],
    claims: ["30. what a node says of its record is not remembered where it"],
  },
  {
    name: "absurd seqs believed",
    edits: [
      [
        "algorithms/reach.ts",
        "if (message.seq > heard + furthestAhead)",
        "if (message.seq > Number.MAX_VALUE)",
      ],
    ],
    claims: ["30. a number further ahead than a cluster can have come"],
  },
  {
    name: "absurd numbers noticed, and believed",
    edits: [
      ["step.ts", 'if (beyondReach(node, message) !== null) return "settle";', "beyondReach(node, message);"],
    ],
    claims: ["30. a number further ahead than a cluster can have come"],
  },
  {
    name: "a promise of a day believed",
    edits: [
      [
        "heartbeat-receive.ts",
        "Math.min(answer.voteHoldMs, node.settings.quorumTimeoutMs)",
        "answer.voteHoldMs",
      ],
    ],
    claims: ["13. no promise is worth more than the quorum timeout"],
  },
];
