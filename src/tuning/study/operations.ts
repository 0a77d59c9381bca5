import type { ScenarioInput } from "../../simulation/index.js";
import { crashAtRandomPhase, figure16World, plainRaft, production } from "./classic.js";
import { type Labels, type Study, serviceOf, timesOf } from "./study.js";

const lan = { heartbeatIntervalMs: 50, electionTimeout: { minMs: 150, maxMs: 300 } };
const laptop = { heartbeatIntervalMs: 150, electionTimeout: { minMs: 1000, maxMs: 2000 } };

function study(
  name: string,
  question: string,
  defaultTrials: number,
  cases: readonly { readonly labels: Labels; readonly scenario: ScenarioInput }[],
): Study {
  return {
    name,
    question,
    defaultTrials,
    cases: (trials) => cases.map((one) => ({ ...one, trials })),
    row: ({ labels, scenario }, trials) =>
      scenario.until === undefined
        ? { ...labels, ...timesOf(trials), ...serviceOf(trials) }
        : { ...labels, ...timesOf(trials) },
  };
}

const crash = { ...figure16World, ...crashAtRandomPhase, timing: lan } as const;

/** What the round of pre-votes adds to an election. */
export const prevoteCostStudy = study(
  "prevote-cost",
  "What does pre-vote add to the time without a leader, and what does it save in split votes?",
  2000,
  [3, 5, 9].flatMap((nodes) =>
    [false, true].map((preVote) => ({
      labels: { nodes, preVote },
      scenario: { ...crash, cluster: { nodes }, protocol: { ...production, preVote } },
    })),
  ),
);

/** Availability under loss against how long a leader goes on without a quorum. */
export const quorumTimeoutStudy = study(
  "quorum-timeout",
  "With 30 % loss, how long should a leader that hears no quorum stay?",
  100,
  [1000, 1500, 2000, 3000, 4000].flatMap((quorumTimeoutMs) =>
    [false, true].map((leaderIsCut) => ({
      labels: { quorumTimeoutMs, leaderIsCut },
      scenario: {
        cluster: { nodes: 5 },
        timing: { heartbeatIntervalMs: 500, electionTimeout: { minMs: 1000, maxMs: 2000 }, quorumTimeoutMs },
        network: { latency: { uniform: [1, 5] }, loss: 0.3 },
        faults: leaderIsCut ? [{ at: 0, do: "cut" as const, between: ["leader", "followers"] }] : [],
        observeMs: 60_000,
      },
    })),
  ),
);

/** The same loss on datagrams and on streams. */
export const transportStudy = study(
  "transport",
  "Does the same loss hurt heartbeats more as datagrams or on a stream?",
  50,
  [0, 0.01, 0.05, 0.1, 0.2].flatMap((loss) =>
    (["datagram", "stream"] as const).map((transport) => ({
      labels: { loss, transport },
      scenario: {
        cluster: { nodes: 5 },
        timing: lan,
        network: { transport, latency: { uniform: [0.5, 1.5] }, loss },
        observeMs: 60_000,
      },
    })),
  ),
);

/** Event loops that stand still. */
export const pausesStudy = study(
  "pauses",
  "How long may event loops stall, once a second somewhere, before leaders change?",
  50,
  [
    { timing: "lan", pauses: [20, 50, 100, 200, 400] },
    { timing: "laptop", pauses: [100, 400, 800, 1600] },
  ].flatMap(({ timing, pauses }) =>
    pauses.map((pauseMs) => ({
      labels: { timing, pauseMs },
      scenario: {
        cluster: { nodes: 5 },
        timing: timing === "lan" ? lan : laptop,
        network: { latency: { uniform: [0.5, 1.5] } },
        faults: [
          {
            random: { ratePerMinute: 60, forMs: [pauseMs, pauseMs] as [number, number] },
            do: "pause" as const,
            nodes: "all",
          },
        ],
        observeMs: 60_000,
      },
    })),
  ),
);

function open(question: string, protocol: string, rest: Partial<ScenarioInput>) {
  return {
    labels: { question, protocol },
    scenario: {
      ...crash,
      cluster: { nodes: 5 },
      protocol: protocol === "plain" ? plainRaft : production,
      ...rest,
    } as ScenarioInput,
  };
}

const far: { uniform: [number, number] } = { uniform: [18, 24] };
const heavyLoss: Partial<ScenarioInput> = { network: { latency: { uniform: [1.8, 2.4] }, loss: 0.15 } };
const apart: Partial<ScenarioInput> = {
  timing: { default: lan, nodes: { n1: { ...lan, electionTimeout: { minMs: 300, maxMs: 450 } } } },
};

/** The questions that the thesis leaves for later (chapter 9). */
export const openQuestionsStudy = study(
  "open-questions",
  "What do asymmetric latency, heavy loss and different ranges on different servers do to an election?",
  1000,
  ["plain", "production"].flatMap((protocol) => [
    open("as it is", protocol, {}),
    open("one server ten times as far away, one way", protocol, {
      network: {
        latency: { uniform: [1.8, 2.4] },
        links: ["n1", "n2", "n3", "n4"].map((to) => ({ from: "n5", to, latency: far })),
      },
    }),
    open("15 % loss", protocol, heavyLoss),
    open("one server with a later range", protocol, apart),
    open("clocks 10 % fast and slow", protocol, {
      faults: [
        { at: 0, do: "clockRate", nodes: "follower1", rate: 1.1 },
        { at: 0, do: "clockRate", nodes: "follower2", rate: 0.9 },
      ],
    }),
    open("first election, terms alike", protocol, { start: "fresh" }),
    open("first election, terms all different", protocol, { start: "fresh", terms: "different" }),
  ]),
);
