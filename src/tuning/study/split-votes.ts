import {
  campaignMs,
  type ElectionModel,
  expectedRounds,
  firstTimeoutMs,
  splitVoteShare,
} from "../model/closed-forms.js";
import { plainRaft } from "./classic.js";
import { type Study, timesOf } from "./study.js";

const baseMs = 150;
const jitterMs = 150;

function modelOf(nodes: number, survivors: number, share: number): ElectionModel {
  const latencyMs = share * jitterMs;
  return { nodes, survivors, baseMs, jitterMs, heartbeatMs: 75, latencyMs, writeMs: 0, preVote: false };
}

/** The nodes, how many of them live, and the latency as a share of the range. */
const settings = [
  [3, 2, 0.01],
  [3, 2, 0.1],
  [3, 3, 0.2],
  [5, 3, 0.05],
  [5, 4, 0.02],
  [5, 4, 0.05],
  [5, 4, 0.1],
  [5, 4, 0.2],
  [7, 6, 0.1],
  [7, 4, 0.02],
  [9, 8, 0.1],
  [9, 8, 0.2],
] as const;

/** The closed form of split votes beside what the simulator shows, from fresh timers to the winning vote. */
export const splitVotesStudy: Study = {
  name: "split-votes",
  question: "How far do the closed forms for split votes and for the mean time to a leader hold?",
  defaultTrials: 40_000,
  cases: (trials) =>
    settings.map(([nodes, survivors, latencyShare]) => ({
      labels: { nodes, survivors, latencyShare },
      trials,
      scenario: {
        cluster: { nodes },
        timing: {
          heartbeatIntervalMs: 75,
          electionTimeout: { minMs: baseMs, maxMs: baseMs + jitterMs },
        },
        protocol: plainRaft,
        network: { latency: latencyShare * jitterMs },
        disk: { write: 0 },
        start: "fresh",
        until: "elected",
        observeMs: 1_000_000,
        faults:
          nodes === survivors
            ? []
            : [
                {
                  at: 0,
                  do: "crash" as const,
                  nodes: Array.from({ length: nodes - survivors }, (_, index) => `n${nodes - index}`),
                },
              ],
      },
    })),
  row: ({ labels }, trials) => {
    const model = modelOf(Number(labels.nodes), Number(labels.survivors), Number(labels.latencyShare));
    const expected = splitVoteShare(model);
    const split = trials.filter(({ termGrowth }) => termGrowth > 1).length / trials.length;
    const errors = (split - expected) / Math.sqrt((expected * (1 - expected)) / trials.length);
    const { meanMs } = timesOf(trials);
    const modelMeanMs =
      expectedRounds(expected) * firstTimeoutMs(baseMs, jitterMs, model.survivors) + campaignMs(model);
    return {
      ...labels,
      trials: trials.length,
      splitShare: Number(split.toFixed(4)),
      modelShare: Number(expected.toFixed(4)),
      standardErrors: Number(errors.toFixed(1)),
      meanMs: meanMs ?? null,
      modelMeanMs: Number(modelMeanMs.toFixed(2)),
      meanOffPercent: Number((100 * (Number(meanMs) / modelMeanMs - 1)).toFixed(1)),
    };
  },
};
