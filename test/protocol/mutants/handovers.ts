import type { Mutant } from "./mutant.js";

/** Bugs of handing over. */
export const handovers: readonly Mutant[] = [
  {
    name: "a transfer lifts every hold",
    edits: [
      ["algorithms/lease.ts", "liftedTerm !== null && node.contactTerm <= liftedTerm", "liftedTerm !== null"],
    ],
    claims: ["16. but a hold that comes from a later leader does"],
  },
  {
    name: "a restart forgets whose hold it is",
    edits: [["data/node.ts", "contactTerm: record.term,", "contactTerm: 0,"]],
    claims: ["16. but a hold that comes from a later leader does"],
  },
  {
    name: "hands over and leads on",
    edits: [["handover.ts", 'becomeFollower(node, null, "resigned", nowMs, effects);', ""]],
    claims: ["16. then in one step it stops, orders the transferee to campaign"],
    chaos: ["transfer", 5, "L1"],
  },
  {
    name: "a lease renewed while it is handed over",
    edits: [
      [
        "algorithms/lease.ts",
        "return role.transfer === null ? promisedMs : Math.min(promisedMs, role.transfer.leaseUntilMs);",
        "return promisedMs;",
      ],
    ],
    claims: [
      "16. a leader whose transferee can be elected without it orders it",
      "16. a leader whose vote the transferee needs, or whose service is",
    ],
    story: ["a leader that handed over beats once more before the voters vote", "I4"],
  },
  {
    name: "a transferee that does not wait",
    edits: [
      [
        "roles.ts",
        "pendingHandover: pendingHandover !== null && pendingHandover.freeAtMs > nowMs ? pendingHandover : null,",
        "pendingHandover: null,",
      ],
    ],
    claims: [
      "16. the transferee has no lease before the old one is over",
      "16. or before who handed over has said that it is",
    ],
    chaos: ["orphan", 5, "I4"],
  },
  {
    name: "an order that says nothing of the lease",
    edits: [
      [
        "handover.ts",
        "order(transferee, term, Math.max(leaseUntilMs - nowMs, quorumHold(node, role)), effects);",
        "order(transferee, term, 0, effects);",
      ],
    ],
    claims: ["16. a leader whose transferee can be elected without it orders it"],
    chaos: ["orphan", 5, "I4"],
  },
  {
    name: "a wait by exact clocks",
    edits: [
      [
        "algorithms/lease.ts",
        "nowMs + (remainingMs * (1 + clockDriftRatio)) / (1 - clockDriftRatio)",
        "nowMs + remainingMs",
      ],
    ],
    claims: ["16. the transferee has no lease before the old one is over"],
  },
  {
    name: "a wait that is not passed on",
    edits: [["handover.ts", "Math.max(0, (role.pendingHandover?.freeAtMs ?? nowMs) - nowMs)", "0"]],
    claims: ["16. a leader that waits itself hands nothing over; where it"],
    story: ["a transferee hands over in its turn before its own wait is over", "I4"],
  },
  {
    name: "anybody's word ends the wait",
    edits: [
      [
        "handover.ts",
        "if (pendingHandover?.from !== from || pendingHandover.term !== word.term) return;",
        "if (pendingHandover == null) return;",
      ],
    ],
    claims: ["16. or before who handed over has said that it is"],
  },
  {
    name: "a later word takes back that the lease is over",
    edits: [["handover.ts", "if (freeAtMs === Number.NEGATIVE_INFINITY) return freeAtMs;", ""]],
    claims: ["16. what is over once stays so, in whatever order the"],
  },
  {
    name: "an earlier end of the wait believed",
    edits: [
      ["handover.ts", "Math.max(freeAtMs, leaseOver(node, nowMs, waitMs))", "leaseOver(node, nowMs, waitMs)"],
    ],
    claims: ["16. a transferee that is asked to wait longer does"],
  },
  {
    name: "an end before the loss is told",
    edits: [["handover.ts", "return announcedTerm === null && (", "return ("]],
    claims: ["16. its service drains only once the loss is told, so that"],
  },
  {
    name: "a lease that comes back in a handover",
    edits: [["roles.ts", "if (transfer !== null) transfer.leaseUntilMs = Number.NEGATIVE_INFINITY;", ""]],
    claims: ["16. a lease that ended before its time in a handover does not"],
  },
  {
    name: "the transferee's quorum not looked for",
    edits: [
      [
        "handover.ts",
        "return isInTouch(transferee) && others.length >= quorumSize(voters.length);",
        "return others.length > 0;",
      ],
    ],
    claims: ["16. a leader whose vote the transferee needs, or whose service is"],
  },
  {
    name: "an unfit service leads on until its transferee is elected",
    edits: [["handover.ts", 'reason !== "unhealthy" &&', ""]],
    claims: ["16. a leader whose vote the transferee needs, or whose service is"],
  },
  {
    name: "a handover that ends before the transferee is ready",
    edits: [
      [
        "heartbeat-send.ts",
        "if (role.pendingHandover !== null && !role.pendingHandover.claimed && to === role.pendingHandover.from) continue;",
        "",
      ],
    ],
    claims: ["16. who handed over gets the transferee's heartbeats only once"],
  },
  {
    name: "a transferee hidden from who handed over",
    edits: [["step.ts", "showToOldLeader(node, nowMs, effects);\n", "\n"]],
    claims: ["16. who handed over gets the transferee's heartbeats only once"],
  },
  {
    name: "a service that drains unheard",
    edits: [["roles.ts", "if (transferee === null) return;", "return;"]],
    claims: [
      "16. as it loses and while its service drains, it asks the",
      "16. so does one whose service turns out unfit while it",
    ],
  },
  {
    name: "a transferee that changes the membership before its wait is over",
    edits: [["membership.ts", 'if (role.pendingHandover !== null) return "notReady";', ""]],
    claims: ["16. nobody is added or removed before the lease that was"],
    story: ["a transferee changes the membership before its wait is over", "I4"],
  },
  {
    name: "an unfit service that leads on because it hands over already",
    edits: [["handover.ts", 'if (reason === "unhealthy") announceLoss(node, reason, effects);', ""]],
    claims: ["16. so does one whose service turns out unfit while it"],
  },
  {
    name: "an order as short as the lease",
    edits: [
      ["handover.ts", "Math.max(leaseUntilMs - nowMs, quorumHold(node, role))", "leaseUntilMs - nowMs"],
    ],
    claims: ["16. a leader whose transferee can be elected without it orders it"],
  },
  {
    name: "an order for a hold alone",
    edits: [
      ["handover.ts", "Math.max(leaseUntilMs - nowMs, quorumHold(node, role))", "quorumHold(node, role)"],
    ],
    claims: ["16. the order says how long the lease may last, and no less"],
  },
  {
    name: "a transferee that shows itself before it has promises",
    edits: [
      [
        "handover.ts",
        "node.record !== node.durable || nowMs >= quorumPromise(node, role)",
        "node.record !== node.durable",
      ],
    ],
    claims: ["16. nor has it anything to show without a promise of a quorum"],
  },
  {
    name: "a transferee that asks for votes but once",
    edits: [["handover.ts", 'if (role.name === "candidate") askForVotes(node, role, effects);', ""]],
    claims: ["16. a transferee that lacks votes asks for them again with every"],
  },
  {
    name: "a handover cut short by its own heartbeats",
    edits: [["heartbeat-receive.ts", "if (!isTermOfTransferee(node, answer.term)) adoptTerm", "adoptTerm"]],
    claims: ["16. answers of its transferee's term do not end its lease before"],
  },
  {
    name: "a handover of what was not got yet",
    edits: [
      ["handover.ts", 'if (role.pendingHandover !== null && reason !== "unhealthy") return "notReady";', ""],
    ],
    claims: ["16. a leader that waits itself hands nothing over; where it"],
  },
  {
    name: "a handover that outlives the node",
    edits: [["step.ts", "      node.transferee = null;\n", ""]],
    claims: ["16. an end of the node ends the handover"],
  },
  {
    name: "a wait for a voter that no lease rests on",
    edits: [
      [
        "algorithms/lease.ts",
        "return quorumOf(node, role, Number.POSITIVE_INFINITY, promisedHoldMs);",
        "return Math.max(...[...role.peers.values()].map(promisedHoldMs));",
      ],
    ],
    claims: ["16. but not as long as the hold of a voter that no lease"],
  },
  {
    name: "a refusal that outweighs the vote after it",
    edits: [
      [
        "round.ts",
        "return before !== undefined && !(askedAgain && granted && !before.granted);",
        "return before !== undefined;",
      ],
    ],
    claims: ["16. a vote that was refused before is counted, whichever of"],
  },
  {
    name: "a transferee that hides after the loss was told",
    edits: [
      ["handover.ts", "{ ...pendingHandover, freeAtMs, claimed: true }", "{ ...pendingHandover, freeAtMs }"],
    ],
    claims: ["16. a transferee that was told of the loss shows itself with its"],
  },
  {
    name: "an order before the service was told to lead",
    edits: [["handover.ts", "node.announcedTerm !== null &&", ""]],
    claims: ["16. a leader whose vote the transferee needs, or whose service is"],
  },
  {
    name: "a handover that outlives a new leadership",
    edits: [["roles.ts", "node.transferee = null;", ""]],
    claims: ["16. who leads anew has nothing left to hand over"],
  },
  {
    name: "a doubled order taken for a loss",
    edits: [
      [
        "handover.ts",
        "if (term !== node.record.term || !isContender(node)",
        'if (node.role.name !== "follower" && node.role.name !== "preCandidate" && node.role.pendingHandover !== null) node.role.pendingHandover = { ...node.role.pendingHandover, claimed: true };\n  if (term !== node.record.term || !isContender(node)',
      ],
    ],
    claims: ["16. an order that comes twice is one order, and no word of"],
  },
  {
    name: "a drained leader that only repeats its order",
    edits: [
      [
        "handover.ts",
        "if (transferee !== null) sayDone(transferee, effects); // A transferee",
        "// A transferee",
      ],
    ],
    claims: ["16. a leader whose transferee did not come says that it has lost"],
  },
  {
    name: "a plea to wait taken for an order",
    edits: [
      [
        "step.ts",
        'case "handoverWait":',
        'case "handoverWait": onTimeoutNow(node, from, incarnation, message as never, nowMs, effects);',
      ],
    ],
    claims: ["16. neither more to wait for nor the end of it makes anybody"],
  },
];
