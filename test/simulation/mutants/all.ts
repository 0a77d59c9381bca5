import { mutants as ofProtocol } from "../../protocol/mutants/all.js";
import type { Edit } from "../../support/planted-build.js";
import type { SimulatedMutant } from "./mutant.js";

/** The bugs planted in simulated nodes. */
export const mutants: readonly SimulatedMutant[] = [
  // Terms and votes.
  { name: "quorum off by one", search: ["members", 3, "I7"] },
  {
    name: "won with a vote too few",
    edits: [
      ["protocol/algorithms/quorum.ts", "if (grantedCount >= quorum)", "if (grantedCount >= quorum - 1)"],
    ],
    world: ["crashes", 3, "quorum"],
  },
  { name: "a second vote in a term", world: ["crashes", 1, "I2"], search: ["torn", 5, "I2"] },
  { name: "vote forgotten when stepping down", world: ["late", 1, "I2"], search: ["led", 4, "I2"] },
  { name: "vote not durable", world: ["lateCrashes", 15, "I2"] },
  { name: "a vote given and not recorded", world: ["crashes", 1, "I5"] },
  { name: "reply sent before the write", world: ["crashes", 1, "I5"], search: ["led", 2, "I6"] },
  { name: "granted pre-vote raises the asker's term", world: ["clocks", 1, "L1"] },
  { name: "replies of another round counted", scenario: ["slowWord", 5, "L2"] },
  { name: "pre-votes given during the hold", scenario: ["halfDeaf", 3, "L2"] },
  { name: "leader grants pre-votes", scenario: ["halfDeaf", 1, "L2"] },
  { name: "heartbeat of a lower term accepted", world: ["late", 4, "following"] },
  { name: "never steps down", world: ["crashes", 1, "L3"] },
  {
    name: "asks no more voters than a quorum",
    edits: [
      [
        "protocol/round.ts",
        "for (const { id } of configuration.voters)\n    if",
        "for (const { id } of configuration.voters.slice(0, quorumSize(configuration.voters.length)))\n    if",
      ],
    ],
    scenario: ["hub", 2, "L4"],
  },
  {
    name: "nobody may campaign, and so nothing ever happens",
    edits: [
      [
        "protocol/algorithms/deadlines.ts",
        "return node.contending && !node.arbiter && isVoter(node);",
        "return node.contending && !node.arbiter && !isVoter(node);",
      ],
    ],
    scenario: ["calm", 1, "L1"],
  },

  // Timers and the driver.
  {
    name: "missed heartbeats are made up for",
    edits: [
      [
        "protocol/heartbeat-send.ts",
        "role.nextHeartbeatAtMs = nowMs + heartbeatIntervalMs(node, role);",
        "role.nextHeartbeatAtMs += heartbeatIntervalMs(node, role);",
      ],
    ],
    scenario: ["wakes", 1, "storm"],
  },
  {
    name: "leader without a lease sets no timer",
    edits: [
      [
        "protocol/algorithms/deadlines.ts",
        'if (role.name !== "leader") return wakeAt(node);',
        'if (role.name !== "leader") return wakeAt(node);\n  if (node.announcedTerm === null) return Number.POSITIVE_INFINITY;',
      ],
    ],
    scenario: ["alone", 1, "L3"],
  },
  {
    name: "driver: sends wait for no write",
    edits: [
      [
        "runtime/outbox.ts",
        "return writesUnderWay === 0 || neverWaits(message);",
        "return writesUnderWay >= 0;",
      ],
    ],
    world: ["crashes", 1, "I5"],
  },
  {
    name: "driver: a write counts as done once ordered",
    edits: [
      [
        "runtime/driver.ts",
        "    writesUnderWay++;\n",
        '    writesUnderWay++;\n    mailbox.push({ kind: "persisted", record });\n',
      ],
    ],
    world: ["crashes", 1, "I5"],
  },
  {
    name: "driver: orders carried out from the last",
    edits: [
      [
        "runtime/driver.ts",
        "for (const effect of effects) if",
        "for (const effect of effects.toReversed()) if",
      ],
    ],
    world: ["crashes", 1, "I5"],
  },
  {
    name: "an undecided round throws",
    edits: [
      [
        "protocol/round.ts",
        'case "pending":\n      return;',
        'case "pending":\n      throw new Error("undecided");',
      ],
    ],
    world: ["crashes", 1, "assertion"],
  },

  // Holds and leases.
  { name: "no vote hold", world: ["handovers", 3, "I4"], search: ["torn", 5, "I4"] },
  { name: "no restart hold", search: ["torn", 7, "I4"] },
  { name: "drift factor left out", scenario: ["drift", 1, "I4"] },
  { name: "lease from receive time", world: ["disks", 3, "fencing"] },
  { name: "lease of less than a quorum", world: ["late", 1, "I4"], search: ["torn", 5, "I4"] },
  { name: "lease of the leader's own hold", world: ["mixed", 8, "I4"] },
  { name: "replies after a suspend reviving the lease", scenario: ["suspended", 1, "L3"] },
  {
    name: "own vote ignoring the hold",
    path: ["a voter restarts with short timeouts and asks for votes itself", 1, "I4"],
  },
  {
    name: "the record's hold lowered at restart",
    path: ["a voter restarts twice with a shorter hold", 1, "I4"],
  },
  {
    name: "a refusal counted as a promise",
    path: ["a voter refuses one that lost its disk, and the other never knew", 5, "I4"],
  },
  {
    name: "transfer flag kept on later campaigns",
    path: [
      "a transferee that failed asks again, and one that already follows another leader hears it",
      1,
      "I4",
    ],
  },
  { name: "a transferee that does not wait", world: ["handovers", 3, "I4"], search: ["handover", 6, "I4"] },
  {
    name: "an order that says nothing of the lease",
    world: ["handovers", 3, "I4"],
    search: ["handover", 6, "I4"],
  },

  // Membership and identity.
  { name: "heartbeats carry what is not durable", world: ["crashes", 1, "I5"], search: ["torn", 5, "I5"] },
  {
    name: "no quorum check before reconfiguring",
    world: ["members", 5, "I7"],
    search: ["members", 2, "I7"],
  },
  { name: "the holders of an older version counted", search: ["members", 7, "I7"] },
  { name: "older configuration taken", world: ["lateCrashes", 1, "I3"] },
  { name: "no configuration check in votes", scenario: ["leavers", 1, "I7"] },
  { name: "incarnations ignored", scenario: ["wiped", 4, "I1"] },
  {
    name: "two processes of one start allowed",
    scenario: ["restored", 1, "I1"],
    search: ["restored", 7, "I4"],
  },
  {
    name: "a stranger judged by the configuration it brings along",
    scenario: ["strangers", 1, "following"],
    search: ["stranger", 1, "I7"],
  },
  { name: "absurd numbers noticed, and believed", scenario: ["strangers", 1, "following"] },
  {
    name: "promises surviving removal",
    path: ["a voter leaves, loses its disk and comes back with a shorter hold", 1, "I4"],
  },
];

/** The texts that make the bug: its own, or those of the bug of this name in `test/protocol/mutants`. */
export function editsOf({ name, edits }: SimulatedMutant): readonly Edit[] {
  if (edits !== undefined) return edits;
  const known = ofProtocol.find((mutant) => mutant.name === name);
  if (known === undefined) throw new Error(`no bug of the protocol is called "${name}"`);
  return known.edits.map(([file, text, instead]) => [`protocol/${file}`, text, instead] as const);
}
