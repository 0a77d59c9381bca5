import { describe, expect, it } from "vitest";
import type { ExploreOptions, ScenarioInput } from "../../src/simulation/index.js";
import type { Edit } from "../support/planted-build.js";
import { plantInSimulator, type Simulator } from "../support/simulation-mutants.js";
import { worlds } from "./mutant-worlds.js";

type World = keyof typeof worlds;

/** Starts of the explorer that are enough for a bug. */
const searches = {
  torn: { from: "torn", disks: "instant", modes: { preVote: false }, depth: 7, states: 60_000 },
  led: { from: "led", depth: 4 },
  members: { from: "led", depth: 7, crashes: 0, reconfigurations: 2 },
} satisfies Record<string, Partial<ExploreOptions>>;

/** A bug, what catches it (a world of chance within so many seeds, or a search within so many moves), and by which promise. */
interface Row {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly world?: readonly [World, seeds: number, promise: string];
  readonly search?: readonly [keyof typeof searches, moves: number, promise: string];
}

const older = 'if (record.votedFor !== null && record.votedFor !== from) return "alreadyVoted";';
const rows: readonly Row[] = [
  {
    name: "quorum off by one",
    edits: [["protocol/quorum.ts", "Math.floor(voterCount / 2) + 1", "Math.ceil(voterCount / 2)"]],
    search: ["members", 3, "I7"],
  },
  {
    name: "won with a vote too few",
    edits: [["protocol/quorum.ts", "if (grantedCount >= quorum)", "if (grantedCount >= quorum - 1)"]],
    world: ["crashes", 3, "quorum"],
  },
  {
    name: "a second vote in a term",
    edits: [["protocol/voting.ts", older, ""]],
    world: ["crashes", 1, "I2"],
    search: ["torn", 5, "I2"],
  },
  {
    name: "vote forgotten when stepping down",
    edits: [
      [
        "protocol/become.ts",
        "announceLoss(node, reason, effects);\n    beginWait",
        "announceLoss(node, reason, effects);\n    node.record = { ...node.record, votedFor: null };\n    beginWait",
      ],
    ],
    world: ["late", 1, "I2"],
    search: ["led", 4, "I2"],
  },
  {
    name: "a vote given and not recorded",
    edits: [
      [
        "protocol/election.ts",
        "if (node.record.votedFor !== from) node.record = withVote(node.record, node.record.term, from);",
        "",
      ],
    ],
    world: ["crashes", 1, "I5"],
  },
  {
    name: "reply ordered before the write",
    edits: [
      ["protocol/step.ts", 'let place = effects[0]?.kind === "lost" ? 1 : 0;', "let place = effects.length;"],
    ],
    world: ["crashes", 1, "I5"],
    search: ["led", 2, "I6"],
  },
  {
    name: "driver: sends wait for no write",
    edits: [
      [
        "runtime/driver.ts",
        'if (writesDone === writesBegun || effect.message.kind === "heartbeat")',
        "if (writesBegun >= 0)",
      ],
    ],
    world: ["crashes", 1, "I5"],
  },
  {
    name: "driver: a write counts as done once ordered",
    edits: [
      [
        "runtime/driver.ts",
        "    writesBegun++;\n",
        '    writesBegun++;\n    mailbox.push({ kind: "persisted", record });\n',
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
    name: "heartbeats carry what is not durable",
    edits: [
      [
        "protocol/beat.ts",
        "const { configuration } = node.durable;",
        "const { configuration } = node.record;",
      ],
    ],
    world: ["crashes", 1, "I5"],
    search: ["torn", 5, "I5"],
  },
  {
    name: "no vote hold",
    edits: [
      [
        "protocol/lease.ts",
        "Math.max(node.contactAtMs + node.settings.voteHoldMs, node.restartHoldUntilMs)",
        "node.restartHoldUntilMs",
      ],
    ],
    world: ["handovers", 3, "I4"],
    search: ["torn", 5, "I4"],
  },
  {
    name: "hold ignored after a restart",
    edits: [
      [
        "protocol/node.ts",
        "const restarted = settings.modes.voteHold && record.term > 0;",
        "const restarted = false;",
      ],
    ],
    search: ["torn", 7, "I4"],
  },
  {
    name: "lease from receive time",
    edits: [
      [
        "protocol/heartbeat.ts",
        "promiseUntil(node, sentAtMs, answer.voteHoldMs)",
        "promiseUntil(node, nowMs, answer.voteHoldMs)",
      ],
    ],
    world: ["disks", 3, "fencing"],
  },
  {
    name: "lease of less than a quorum",
    edits: [
      [
        "protocol/quorum.ts",
        "values[quorumSize(values.length) - 1]",
        "values[Math.max(0, quorumSize(values.length) - 2)]",
      ],
    ],
    world: ["late", 1, "I4"],
    search: ["torn", 5, "I4"],
  },
  {
    name: "lease of the leader's own hold",
    edits: [
      [
        "protocol/heartbeat.ts",
        "promiseUntil(node, sentAtMs, answer.voteHoldMs)",
        "promiseUntil(node, sentAtMs, node.settings.voteHoldMs)",
      ],
    ],
    world: ["mixed", 3, "I4"],
  },
  {
    name: "leader that never steps down",
    edits: [
      [
        "protocol/step.ts",
        "return quorumContact(node, role, nowMs) + node.settings.quorumTimeoutMs;",
        "return Number.POSITIVE_INFINITY;",
      ],
    ],
    world: ["crashes", 1, "L3"],
  },
  {
    name: "granted pre-vote raises the asker's term",
    edits: [
      [
        "protocol/election.ts",
        "const grantedPreVote = answer.preVote && answer.granted;",
        "const grantedPreVote = false;",
      ],
    ],
    world: ["clocks", 1, "L1"],
  },
  {
    name: "no quorum check before reconfiguring",
    edits: [["protocol/membership.ts", 'if (!isConfigurationCommitted(node)) return "notCommitted";', ""]],
    world: ["members", 5, "I7"],
    search: ["members", 2, "I7"],
  },
  {
    name: "holders of an older version counted",
    edits: [
      [
        "protocol/heartbeat.ts",
        "peer.holdsConfiguration = sameConfiguration(answer.configurationId, record.configuration.id);",
        "peer.holdsConfiguration = true;",
      ],
    ],
    search: ["members", 7, "I7"],
  },
  {
    name: "older configuration taken",
    edits: [
      [
        "protocol/heartbeat.ts",
        "carried !== null && isNewer(carried.id, node.record.configuration.id)",
        "carried !== null",
      ],
    ],
    world: ["members", 3, "I3"],
  },
  {
    name: "an undecided round throws",
    edits: [
      [
        "protocol/become.ts",
        'case "pending":\n      return;',
        'case "pending":\n      throw new Error("undecided");',
      ],
    ],
    world: ["crashes", 1, "assertion"],
  },
];

function caughtIn(simulator: Simulator, input: ScenarioInput, seeds: number): string {
  const scenario = simulator.parseScenario(input);
  for (let seed = 1; seed <= seeds; seed++) {
    const { violation } = simulator.playRun(scenario, seed);
    if (violation !== null) return violation.promise;
  }
  return "nothing";
}

function searched(simulator: Simulator, search: keyof typeof searches): string {
  const { violation } = simulator.explore({ ...simulator.defaultExploreOptions, ...searches[search] });
  return violation === null ? "nothing" : `${violation.promises[0]} after ${violation.course.length}`;
}

describe("a bug planted in the simulated nodes", () => {
  it.each(rows)("$name is caught", async ({ edits, world, search }) => {
    const simulator = await plantInSimulator(edits);
    if (world !== undefined) expect(caughtIn(simulator, worlds[world[0]], world[1])).toBe(world[2]);
    if (search !== undefined) expect(searched(simulator, search[0])).toBe(`${search[2]} after ${search[1]}`);
  });

  it("is the only thing that catches: without one, worlds and searches are quiet", async () => {
    const simulator = await plantInSimulator([]);
    for (const world of Object.values(worlds)) expect(caughtIn(simulator, world, 3)).toBe("nothing");
    for (const search of Object.keys(searches) as (keyof typeof searches)[])
      expect(searched(simulator, search)).toBe("nothing");
  });

  it("has to find its text exactly once", async () => {
    await expect(plantInSimulator([["protocol/quorum.ts", "return", ""]])).rejects.toThrow("exactly once");
  });
});
