import type { Mutant } from "./mutant.js";

/** Bugs of membership and identity. */
export const membership: readonly Mutant[] = [
  {
    name: "configuration digest ignored",
    edits: [
      [
        "data/configuration.ts",
        "return a.term === b.term && a.version === b.version && a.digest !== b.digest;",
        "return a === null && b === null;",
      ],
    ],
    claims: ["21. equal term and version with other members changes"],
  },
  {
    name: "older configuration taken",
    edits: [
      [
        "heartbeat-receive.ts",
        "carried !== null && isNewer(carried.id, node.record.configuration.id)",
        "carried !== null",
      ],
    ],
    claims: ["19. never an older one, and never from a request"],
    chaos: ["disk", 20, "I3"],
  },
  {
    name: "older configuration taken from a refusal",
    edits: [
      [
        "joining/catch-up.ts",
        'role.name === "leader" || !isNewer(configuration.id, record.configuration.id)',
        'role.name === "leader"',
      ],
    ],
    claims: ["19. never an older one from a refusal either"],
    chaos: ["clocks", 5, "I3"],
  },
  {
    name: "configuration taken from a refusal by a leader",
    edits: [
      [
        "joining/catch-up.ts",
        'role.name === "leader" || !isNewer(configuration.id',
        "!isNewer(configuration.id",
      ],
    ],
    claims: ["19. a leader takes none"],
  },
  {
    name: "round under a configuration taken in its midst",
    edits: [
      [
        "joining/catch-up.ts",
        'if (role.name === "follower") return;\n  forgetLeader(node);',
        'if (role.name === "follower") return;',
      ],
    ],
    claims: ["19. who is refused so takes it, durable first, and waits to"],
  },
  {
    name: "configuration not confirmed on winning",
    edits: [
      ["roles.ts", "takeConfiguration(node, withTerm(node.record.configuration, node.record.term));", ""],
    ],
    claims: [
      "0. leading is announced only once all that it rests on is",
      "12. on winning the configuration takes the term and keeps its",
    ],
    chaos: ["membership", 120, "L1"],
  },
  {
    name: "heartbeats carry what is not durable",
    edits: [
      [
        "heartbeat-send.ts",
        "const { configuration } = node.durable;",
        "const { configuration } = node.record;",
      ],
    ],
    claims: ["0. heartbeats carry only what is already durable, and so need"],
    chaos: ["transfer", 5, "I5"],
  },
  {
    name: "two voters changed at once",
    edits: [
      ["data/configuration.ts", 'if (added.length + removed.length > 1) return "moreThanOneVoter";', ""],
    ],
    claims: ["18. it differs by one voter, includes the leader and is not"],
  },
  {
    name: "a voter demoted at once",
    edits: [
      [
        "data/configuration.ts",
        'if (removed.some((member) => memberOf(to, member.id) !== undefined)) return "voterBecomesObserver";',
        "",
      ],
    ],
    claims: ["18. a voter leaves altogether before it may come back as an"],
  },
  {
    name: "changed before the own write",
    edits: [
      [
        "membership.ts",
        " || node.durable.configuration !== node.record.configuration) return false;",
        ") return false;",
      ],
    ],
    claims: ["18. nor before the own write of the current one is done"],
  },
  {
    name: "the holders of an older version counted",
    edits: [
      [
        "heartbeat-receive.ts",
        "peer.holdsConfiguration = sameConfiguration(answer.configurationId, record.configuration.id);",
        "peer.holdsConfiguration = true;",
      ],
    ],
    claims: [
      "16. only to another voter known to hold the current",
      "18. no change before replies of this leadership show a quorum",
    ],
  },
  {
    name: "a new voter that promised nothing",
    edits: [["membership.ts", " || peer.promisedUntilMs <= nowMs", ""]],
    claims: [
      "18. a new voter comes from the observers, holds the current",
      "18. a voter that is removed takes its promise with it, even",
    ],
  },
  {
    name: "the promise of another incarnation kept",
    edits: [["membership.ts", " || metBefore.get(id) !== incarnationsMet.get(id)", ""]],
    claims: ["18. an observer that comes back as another takes the promise"],
  },
  {
    name: "strangers heard",
    edits: [
      [
        "algorithms/identity.ts",
        'if (member === undefined || from === node.id) return isNobody(own) ? "notReady" : "notMember";',
        "if (from === node.id || member === undefined) return null;",
      ],
    ],
    claims: [
      "21. a sender outside the own configuration changes nothing and",
      "3. nor because of a higher term in the reply of a stranger",
    ],
  },
  {
    name: "incarnations ignored",
    edits: [
      [
        "algorithms/identity.ts",
        "if (expected !== null && expected !== incarnation) {",
        "if (expected !== null && expected === null) {",
      ],
    ],
    claims: [
      "22. a configuration's incarnation replaces what was remembered",
      "22. a known id with another incarnation changes nothing, is",
    ],
  },
];
